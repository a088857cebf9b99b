import { describe, expect, it } from 'vitest';
import { gather, whenOften } from './gather.ts';

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

  describe('with patience', () => {
    /** Each batch with the milliseconds from the first call to its start. */
    function patient(isWorthIt: () => boolean, ms: number) {
      const begun = performance.now();
      const batches: { items: number[]; after: number }[] = [];
      const call = gather<number, void>(
        async (items) => {
          batches.push({ items, after: performance.now() - begun });
          return items.map(() => undefined);
        },
        { maxItems: 3, patience: { isWorthIt, ms } },
      );
      return { call, batches };
    }

    it('a call waits for others that are about to come, and goes with the last of them', async () => {
      let about = 2;
      const { call, batches } = patient(() => about > 0, 60_000);
      const first = call(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(batches).toEqual([]);
      about = 0;
      await Promise.all([first, call(2)]);
      expect(batches).toMatchObject([{ items: [1, 2] }]);
    });

    it('but no longer than it may, and not at all when the batch is full or nothing is about to come', async () => {
      let isWorthIt = true;
      const { call, batches } = patient(() => isWorthIt, 50);
      await call(1);
      expect(batches[0]?.after).toBeGreaterThan(45);
      const full = patient(() => true, 60_000);
      await Promise.all([1, 2, 3].map((item) => full.call(item)));
      expect(full.batches).toMatchObject([{ items: [1, 2, 3] }]);
      isWorthIt = false;
      const alone = patient(() => isWorthIt, 60_000);
      await alone.call(4);
      expect(alone.batches).toMatchObject([{ items: [4] }]);
    });

    it('others are about to come where two came just before', async () => {
      const { isWorthIt } = whenOften(10, 50);
      expect([isWorthIt(), isWorthIt(), isWorthIt()]).toEqual([false, false, true]);
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(isWorthIt()).toBe(false);
    });
  });
});
