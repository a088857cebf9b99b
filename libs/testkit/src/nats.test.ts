import { connectBus, ensureStreams, settingsChanged } from '@pochtar/bus';
import { createLogger } from '@pochtar/runtime';
import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { startTestNats } from './nats.ts';

const log = createLogger({ name: 'test', instance: 'test', level: 'error' });

test('a test bus can be stopped, started and wiped, and clients come back to the same address', async () => {
  await using nats = await startTestNats();
  await using bus = await connectBus({
    url: nats.url,
    user: 'owner',
    password: nats.password,
    name: 'test',
    log,
  });
  const manager = await bus.manager();
  await ensureStreams(manager);
  await bus.publish(settingsChanged, { section: 'network', revision: 1 });

  await nats.stop();
  await eventually(() => !bus.connected);
  await nats.start();
  await eventually(() => bus.connected);
  expect((await manager.streams.info('EVENTS')).state.messages).toBe(1);

  await nats.wipe();
  await nats.start();
  await eventually(() => bus.connected);
  await expect(manager.streams.info('EVENTS')).rejects.toThrow(/not found/);
});
