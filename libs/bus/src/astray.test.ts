// A server that was stopped, whose files are as a full disk leaves them: what the stream holds and how far its consumer came
// are of different times.
import { randomUUID } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '@pochtar/runtime';
import { eventually, startTestNats, type TestNats } from '@pochtar/testkit';
import { expect, it } from 'vitest';
import { removeIfAstray } from './astray.ts';
import { type Bus, connectBus } from './bus.ts';
import { consumeStep } from './consume.ts';

const STEP = 'dkim';
const patience = { timeout: 30_000 };

function connected({ url, password }: TestNats): Promise<Bus> {
  return connectBus({ url, user: 'owner', password, name: 'test', log: silentLogger() });
}

/** Notes in `seen` what is handed out. */
function consume(bus: Bus, seen: string[]): AsyncDisposable {
  const handler = {
    handle: async (mail: string) => void seen.push(mail),
    takeAlone: async () => 1,
    cameToAnEnd: async () => {},
    poison: async () => {},
    isTransient: () => false,
  };
  return consumeStep(bus, STEP, handler, { concurrency: 4 });
}

/** Each in an event of its own. */
async function publish(bus: Bus, count: number): Promise<string[]> {
  const mails = Array.from({ length: count }, () => randomUUID());
  for (const mail of mails) await bus.publishStep(STEP, mail);
  return mails;
}

async function acknowledged(bus: Bus): Promise<void> {
  const manager = await bus.manager();
  await eventually(async () => expect((await manager.streams.info('MAIL')).state.messages).toBe(0));
}

const messagesIn = (directory: string): string =>
  join(directory, 'jetstream', '$G', 'streams', 'MAIL', 'msgs');

it('a consumer that is ahead of its stream is made anew, and what it passed over is handed out', async () => {
  await using nats = await startTestNats();
  await using bus = await connected(nats);
  const seen: string[] = [];
  await using _consumer = consume(bus, seen);
  const before = await publish(bus, 5);
  await eventually(() => expect(seen).toEqual(before));
  await acknowledged(bus);
  expect(await removeIfAstray(bus, STEP)).toBeNull();
  await nats.stop();
  rmSync(messagesIn(nats.storeDir), { recursive: true });
  await nats.start();
  const [passedOver] = await eventually(() => publish(bus, 1), patience);
  expect(await removeIfAstray(bus, STEP)).toBe('it is at 5 of a stream that ends at 1');
  await eventually(() => expect(seen).toEqual([...before, passedOver]), patience);
  await acknowledged(bus);
  expect(await removeIfAstray(bus, STEP)).toBeNull();
});

it('what a consumer takes for done while the stream holds it is handed out', async () => {
  await using nats = await startTestNats();
  await using bus = await connected(nats);
  const mails = await publish(bus, 3);
  await nats.stop();
  const copy = join(nats.storeDir, 'copy');
  cpSync(messagesIn(nats.storeDir), copy, { recursive: true });
  await nats.start();
  const seen: string[] = [];
  await using _consumer = consume(bus, seen);
  await eventually(() => expect(seen).toEqual(mails), patience);
  await acknowledged(bus);
  await nats.stop();
  rmSync(messagesIn(nats.storeDir), { recursive: true });
  cpSync(copy, messagesIn(nats.storeDir), { recursive: true });
  await nats.start();
  const reason = await eventually(() => removeIfAstray(bus, STEP), patience);
  expect(reason).toBe('it is at 3, and 1 was never handed out');
  await eventually(() => expect(seen).toEqual([...mails, ...mails]), patience);
});
