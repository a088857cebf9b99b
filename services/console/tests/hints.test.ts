// What somebody who has a page open hears of when somebody else changes something.
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, runConsole, type Visitor } from './running-console.ts';

let running: RunningConsole;
let root: Visitor;

beforeAll(async () => {
  running = await runConsole();
  root = await running.loggedIn('root');
});
afterAll(() => running[Symbol.asyncDispose]());

/** The topics that somebody else's page hears while `act` is done. */
async function heard(login: string, act: () => Promise<void>, until: string): Promise<Set<string>> {
  const { cookie } = await running.loggedIn(login);
  const ending = new AbortController();
  const stream = await fetch(`${running.url}/api/v1/events`, { headers: { cookie }, signal: ending.signal });
  const topics = new Set<string>();
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of stream.body as ReadableStream<Uint8Array>) {
      for (const [, topic] of decoder.decode(chunk, { stream: true }).matchAll(/"topic":"(\w+)"/g)) {
        topics.add(topic as string);
      }
    }
  })().catch(() => undefined);
  await act();
  await eventually(() => expect(topics).toContain(until));
  ending.abort();
  await reading;
  return topics;
}

async function made(path: string, body: object): Promise<unknown> {
  const { status, body: answer } = await root.call('POST', path, body);
  expect(status).toBeLessThan(300);
  return answer;
}

test('a list, or a named network, that one administrator changes is told to the page of another', async () => {
  const add = () => made('/lists/black', { value: 'spam.test' }).then(() => undefined);
  expect(await heard('auditor', add, 'lists')).not.toContain('certificates');
  const name = () =>
    made('/lists/networks', { name: 'office', addresses: ['192.0.2.0/24'] }).then(() => undefined);
  expect(await heard('auditor', name, 'lists')).not.toContain('certificates');
});

test('a certificate that is made or removed is told to whoever may see certificates', async () => {
  let id = '';
  const make = async (): Promise<void> => {
    const answer = await made('/certificates/generate', { hosts: ['mail.demo.test'] });
    ({ id } = (answer as { certificate: { id: string } }).certificate);
  };
  expect(await heard('auditor', make, 'certificates')).toContain('settings');
  const remove = async (): Promise<void> => {
    expect((await root.call('DELETE', `/certificates/${id}`)).status).toBe(200);
  };
  await heard('auditor', remove, 'certificates');
});
