// What is told after a change.
import { startTestNats } from '@pochtar/testkit';
import { connectBus } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { expect, test } from 'vitest';
import { announcer } from './announce.ts';

test('whoever changed the directory does not wait until the bus has taken the announcement, and a lost one is no error', async () => {
  await using nats = await startTestNats();
  const access = { url: nats.url, user: 'settings', password: nats.password, name: 'test' };
  const bus = await connectBus({ ...access, log: silentLogger() });
  await bus[Symbol.asyncDispose]();
  const announce = announcer(bus, silentLogger());
  expect(announce.directory(['anna@one.test'])).toBeUndefined();
  expect(await announce.settings([{ name: 'queue', revision: 2 }])).toBe(false);
});
