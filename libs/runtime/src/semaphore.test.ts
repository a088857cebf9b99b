import { describe, expect, it } from 'vitest';
import { Saturated, Semaphore } from './semaphore.ts';

describe('a semaphore', () => {
  it('lets no more run at once than its limit, in the order they came', async () => {
    const semaphore = new Semaphore(2);
    const order: number[] = [];
    let most = 0;
    const work = (index: number): Promise<void> =>
      semaphore.run(async () => {
        order.push(index);
        most = Math.max(most, semaphore.running);
        await new Promise((resolve) => setTimeout(resolve, 1));
      });
    await Promise.all([1, 2, 3, 4, 5].map(work));
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it('refuses those that find too many in line', async () => {
    const semaphore = new Semaphore(1, 1);
    await semaphore.acquire();
    const waiting = semaphore.acquire();
    await expect(semaphore.acquire()).rejects.toThrow(Saturated);
    semaphore.release();
    await waiting;
  });
});
