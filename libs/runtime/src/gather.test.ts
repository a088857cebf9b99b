import { describe, expect, it } from 'vitest';
import { gather } from './gather.ts';

describe('gather', () => {
  it('runs calls of one tick together, and the next ones while they are under way', async () => {
    const batches: number[][] = [];
    const double = gather<number, number>(
      async (items) => {
        batches.push(items);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return items.map((item) => item * 2);
      },
      { maxItems: 10 },
    );
    const first = [double(1), double(2)];
    await new Promise((resolve) => setImmediate(resolve));
    const second = [double(3), double(4), double(5)];
    expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8, 10]);
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it('never puts more into a batch than its bound', async () => {
    const sizes: number[] = [];
    const call = gather<number, void>(
      async (items) => {
        sizes.push(items.length);
        return items.map(() => undefined);
      },
      { maxItems: 4 },
    );
    await Promise.all(Array.from({ length: 10 }, (_, index) => call(index)));
    expect(sizes).toEqual([4, 4, 2]);
  });

  it('gives each item its own result, and all of a failed batch its error', async () => {
    const call = gather<number, number>(
      async (items) => {
        if (items.includes(13)) throw new Error('whole batch');
        return items.map((item) => (item === 2 ? new Error('only this') : item));
      },
      { maxItems: 10 },
    );
    const settled = await Promise.allSettled([call(1), call(2)]);
    expect(settled.map((entry) => entry.status)).toEqual(['fulfilled', 'rejected']);
    await expect(call(13)).rejects.toThrow('whole batch');
    expect(await call(4)).toBe(4);
  });
});
