// A question with progress between two programs, as the real server lets them.
import { silentLogger } from '@pochtar/runtime';
import { eventually, startTestNats, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Bus, connectBus } from './bus.ts';
import { progressAt, PROGRESS_LIMITS, withProgress } from './progress.ts';
import { answerTests, settingsTest, testResult, type RunTest } from './settings-test.ts';

let nats: TestNats;
let settings: Bus;
let delivery: Bus;

const connectAs = (user: string): Promise<Bus> =>
  connectBus({ url: nats.url, user, password: nats.password, name: user, log: silentLogger() });

beforeAll(async () => {
  nats = await startTestNats();
  [settings, delivery] = await Promise.all([connectAs('settings'), connectAs('delivery')]);
});
afterAll(async () => {
  await settings[Symbol.asyncDispose]();
  await delivery[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const event = z.object({ text: z.object({ en: z.string() }) });
const request = { kind: 'relay' as const, settings: {}, secret: null, useStoredSecret: false };

async function answering(relay: RunTest) {
  const answer = answerTests(delivery, 'delivery', { relay });
  await delivery.connection.flush();
  return { [Symbol.asyncDispose]: () => answer.stop() };
}

test('events reach the asker in their order, and before the answer', async () => {
  await using _answer = await answering(async ({ say }) => {
    for (let index = 0; index < 50; index++) say('line', { ru: `${index}`, en: `${index}` });
    return testResult.good('да', 'yes');
  });
  const heard: string[] = [];
  using inbox = progressAt(settings, event, ({ text }) => void heard.push(text.en));
  const asked = { ...request, progress: inbox.subject };
  expect(await settings.ask(settingsTest('delivery'), asked, 5000)).toMatchObject({ verdict: 'good' });
  expect(heard).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`));
});

test('events are bounded in number, bytes and length, on the side that tells and on the side that hears', async () => {
  let told = 0;
  const heard: string[] = [];
  using inbox = progressAt(settings, event, ({ text }) => void heard.push(text.en));
  await withProgress(delivery, inbox.subject, 5000, async ({ report }) => {
    for (let index = 0; index < 10 * PROGRESS_LIMITS.events; index++) report({ text: { en: `${index}` } });
    told++;
  });
  for (let index = 0; index < 1000; index++) {
    delivery.connection.publish(inbox.subject, JSON.stringify({ text: { en: 'x' } }));
  }
  await delivery.connection.flush();
  await eventually(() => expect(heard.length).toBe(PROGRESS_LIMITS.events));
  await settings.connection.flush();
  expect([told, heard.length]).toEqual([1, PROGRESS_LIMITS.events]);

  await using _answer = await answering(async ({ say }) => {
    for (let index = 0; index < 300; index++) say('line', { ru: 'я'.repeat(5000), en: 'x'.repeat(5000) });
    return testResult.good('да', 'yes');
  });
  const long: string[] = [];
  using other = progressAt(settings, event, ({ text }) => void long.push(text.en));
  await settings.ask(settingsTest('delivery'), { ...request, progress: other.subject }, 5000);
  expect(long.length).toBeLessThan(150);
  expect(Math.max(...long.map(({ length }) => length))).toBeLessThanOrEqual(600);
});

test('a question that is taken back ends, and its work hears of it', async () => {
  let isStopped = false;
  await using _answer = await answering(
    ({ say, signal }) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          isStopped = true;
        });
        say('begun', { ru: 'начато', en: 'begun' });
      }),
  );
  using inbox = progressAt(settings, event, () => inbox.cancel());
  const asked = { ...request, progress: inbox.subject };
  expect(await settings.ask(settingsTest('delivery'), asked, 5000)).toMatchObject({ verdict: 'unknown' });
  expect(isStopped).toBe(true);
});

test('a test that fails for a reason of its own is an answer, without the reason', async () => {
  await using _answer = await answering(() => Promise.reject(new Error('secret words')));
  using inbox = progressAt(settings, event, () => {});
  const answer = await settings.ask(settingsTest('delivery'), { ...request, progress: inbox.subject }, 5000);
  expect(answer.verdict).toBe('unknown');
  expect(JSON.stringify(answer)).not.toContain('secret words');
});

test('what is no inbox of progress is published to by nobody', async () => {
  for (const subject of [
    'settings.changed',
    'progress.settings',
    'progress.settings.>',
    '_INBOX.settings.x',
  ]) {
    const work = withProgress(delivery, subject, 5000, () => Promise.reject(new Error('ran')));
    await expect(work).rejects.toThrow(z.ZodError);
  }
});
