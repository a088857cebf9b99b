import { afterAll, expect, test } from 'vitest';
import type { Search, Task } from './look.ts';
import { Threads } from './threads.ts';

const threads = new Threads();
afterAll(() => threads[Symbol.asyncDispose]());

const { signal } = new AbortController();

function task(body: string, more: Partial<Task> = {}): Task {
  const mail = Buffer.from(`From: a@example.test\r\nSubject: s\r\n\r\n${body}`);
  return { mail, searches: [], needsFingerprint: false, limits: {}, ...more };
}

const CARD: Search = { kind: 'detector', detector: 'bankCard' };
const SLOW: Search = { kind: 'expression', expression: '(?:a|b|c|d|ab|bc|cd){1,60}e' };

test('a thread finds what the searches ask for, and shows it masked', async () => {
  const words: Search = { kind: 'words', terms: ['оклад', 'премия'] };
  const expression: Search = { kind: 'expression', expression: 'PRJ-\\d+' };
  const searches = [CARD, words, expression];
  const sight = await threads.look(
    task('Карта 4111 1111 1111 1111 и снова 4111-1111-1111-1111; оклады; PRJ-17', { searches }),
    signal,
  );
  expect(sight).toMatchObject({
    unread: [],
    findings: [
      { count: 1, excerpts: [expect.stringContaining('•••• •••• •••• ••11')] },
      { count: 1, excerpts: [expect.stringContaining('оклады')] },
      { count: 1, excerpts: [expect.stringContaining('•••-•7')] },
    ],
  });
});

test('a mail that takes more than its time of a core is given up, and the others are judged beside it', async () => {
  const hostile = threads.look(task(`${'abcd'.repeat(900_000)}e`, { searches: [SLOW] }), signal);
  const others = Array.from({ length: 10 }, () =>
    threads.look(task('4111111111111111', { searches: [CARD] }), signal),
  );
  for (const sight of await Promise.all(others)) expect(sight).toMatchObject({ findings: [{ count: 1 }] });
  expect(await hostile).toBe('time');
  expect(await threads.look(task('x'), signal)).toMatchObject({ unread: [] });
}, 60_000);

test('a mail that takes all the memory of its thread is given up, and the next one gets a new thread', async () => {
  await using small = new Threads({ memoryMb: 24, cpuMs: 60_000, silentMs: 60_000 });
  const hostile = task('слово другое '.repeat(250_000), { searches: [{ kind: 'words', terms: ['x'] }] });
  expect(await small.look(hostile, signal)).toBe('memory');
  expect(await small.look(task('x'), signal)).toMatchObject({ unread: [] });
}, 60_000);

test('a process that stops does not wait for what is under way', async () => {
  await using own = new Threads();
  const stopping = new AbortController();
  const waiting = own.look(task(`${'abcd'.repeat(900_000)}e`, { searches: [SLOW] }), stopping.signal);
  stopping.abort();
  await expect(waiting).rejects.toThrow('the process stops');
}, 60_000);
