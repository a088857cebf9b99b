import { expect, test } from 'vitest';
import { oneAhead } from './one-ahead.ts';

async function* pages(log: string[], failsAt = Number.POSITIVE_INFINITY): AsyncGenerator<number> {
  try {
    for (let page = 1; page <= 3; page++) {
      log.push(`read ${page}`);
      if (page === failsAt) throw new Error('page');
      await Promise.resolve();
      yield page;
    }
  } finally {
    log.push('closed');
  }
}

test('the next page is asked for before the one before it is taken', async () => {
  const log: string[] = [];
  for await (const page of oneAhead(pages(log))) {
    await Promise.resolve();
    log.push(`write ${page}`);
  }
  expect(log).toEqual(['read 1', 'read 2', 'write 1', 'read 3', 'write 2', 'closed', 'write 3']);
});

test('a page that fails is told of behind those before it', async () => {
  const log: string[] = [];
  const reading = (async () => {
    for await (const page of oneAhead(pages(log, 3))) {
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`write ${page}`);
    }
  })();
  await expect(reading).rejects.toThrow('page');
  expect(log.filter((line) => line.startsWith('write'))).toEqual(['write 1', 'write 2']);
});

test('who takes no more closes what is read', async () => {
  const log: string[] = [];
  for await (const page of oneAhead(pages(log))) if (page === 1) break;
  expect(log.at(-1)).toBe('closed');
});
