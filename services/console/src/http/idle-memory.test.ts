import { expect, test } from 'vitest';
import { eventually } from '@pochtar/testkit';
import fastify from 'fastify';
import { collectWhenIdle } from './idle-memory.ts';

test('memory is given back once after each time of work, and never while somebody asks', async () => {
  await using app = fastify();
  let times = 0;
  const asking = Promise.withResolvers<void>();
  using _idle = collectWhenIdle(app, { collect: () => times++, quietMs: 20 });
  app.get('/slow', () => asking.promise);
  app.get('/', async () => '');
  await eventually(() => expect(times).toBe(1));
  const slow = app.inject('/slow');
  await app.inject('/');
  asking.resolve();
  await slow;
  await eventually(() => expect(times).toBe(2));
});

test('what V8 collects is asked of it, and nothing else of the process can', () => {
  using _idle = collectWhenIdle({ addHook: () => undefined } as never);
  expect('gc' in globalThis).toBe(false);
});
