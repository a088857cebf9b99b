// What the bus says of itself, and what can be done about a store that was removed under a running server.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '@pochtar/runtime';
import { eventually, startTestNats } from '@pochtar/testkit';
import { expect, it } from 'vitest';
import { type Bus, connectBus } from './bus.ts';
import { ensureStreams, remakeStreams } from './streams.ts';
import { mailboxChanged, stepSubject } from './subjects.ts';

const payload = { mails: ['01920000-0000-7000-8000-000000000000'] };
const subject = stepSubject('deliver');

async function connected(url: string, password: string): Promise<Bus> {
  return connectBus({ url, user: 'owner', password, name: 'test', log: silentLogger() });
}

it('a stream whose store is gone refuses events, the bus says so, and streams made anew take them', async () => {
  await using nats = await startTestNats();
  await using bus = await connected(nats.url, nats.password);
  const manager = await bus.manager();
  await ensureStreams(manager);
  await bus.publish(subject, payload);
  rmSync(join(nats.storeDir, 'jetstream'), { recursive: true });
  // The server closes a file that nobody has written to for five seconds.
  await eventually(() => expect(bus.publish(subject, payload)).rejects.toThrow(/no such file/), {
    timeout: 30_000,
    interval: 6000,
  });
  expect(bus.trouble).toMatch(/takes no events/);
  await remakeStreams(manager);
  await bus.publish(subject, payload);
  expect(bus.trouble).toBeNull();
});

it('without a connection nothing piles up: events and questions fail at once, hints are dropped', async () => {
  await using nats = await startTestNats();
  const bus = await connected(nats.url, nats.password);
  await nats.stop();
  await eventually(() => expect(bus.trouble).toMatch(/no connection/));
  const before = bus.connection.stats().outMsgs;
  for (let count = 0; count < 1000; count++) bus.emit(mailboxChanged(1), { mailboxes: [] });
  await expect(bus.publish(subject, payload)).rejects.toThrow(/no connection/);
  expect(bus.connection.stats().outMsgs).toBe(before);
  await nats.start();
  await eventually(() => expect(bus.trouble).toBeNull());
  await bus[Symbol.asyncDispose]();
});

it('events of committed rows that the bus did not take are told when it takes events again', async () => {
  await using nats = await startTestNats();
  await using bus = await connected(nats.url, nats.password);
  await ensureStreams(await bus.manager());
  await nats.stop();
  const mails = Array.from({ length: 1200 }, () => randomUUID());
  await Promise.all(mails.map((mail) => bus.announceStep('deliver', mail)));
  await nats.start();
  await eventually(async () => expect(await told(bus)).toEqual(mails.toSorted()));
});

/** The mails of all events that the step's queue holds. */
async function told(bus: Bus): Promise<string[]> {
  const manager = await bus.manager();
  const { state } = await manager.streams.info('MAIL');
  const found = new Set<string>();
  for (let seq = state.first_seq; seq > 0 && seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage('MAIL', { seq });
    for (const mail of message?.json<{ mails: string[] }>().mails ?? []) found.add(mail);
  }
  return [...found].toSorted();
}
