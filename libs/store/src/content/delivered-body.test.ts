import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../blob/index.ts';
import {
  deliveredSize,
  headerShift,
  readDelivered,
  type StoredBody,
  streamDelivered,
} from './delivered-body.ts';

// The bytes of one body in memory: what is tested here is the arithmetic of ranges, not a volume.
function storeOf(body: Buffer): BlobStore {
  const read = async (_: unknown, range?: { start: number; end: number }): Promise<Buffer> =>
    body.subarray(range?.start ?? 0, range?.end ?? body.length);
  return {
    read,
    async *readStream(reference: unknown, range?: { start: number; end: number }) {
      yield await read(reference, range);
    },
  } as unknown as BlobStore;
}

const blob = (length: number) => ({ packId: '00000000-0000-7000-8000-000000000000', offset: 0, length });

describe('a delivered body', () => {
  it('is prefix plus stored bytes without the removed ranges, in every range of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.uniqueArray(fc.nat(60), { maxLength: 6 }),
        fc.nat(90),
        fc.nat(90),
        async (bytes, prefix, cuts, from, to) => {
          const body = Buffer.from(bytes);
          const points = cuts.filter((cut) => cut <= body.length).sort((a, b) => a - b);
          const removed = points.slice(0, points.length - (points.length % 2));
          const stored: StoredBody = { blob: blob(body.length), prefix: Buffer.from(prefix), removed };
          const kept = [...body].filter((_, at) => !isWithin(at, removed));
          const whole = Buffer.concat([Buffer.from(prefix), Buffer.from(kept)]);
          expect(deliveredSize(stored)).toBe(whole.length);
          expect(headerShift(stored)).toBe(whole.length - body.length);
          expect(await readDelivered(storeOf(body), stored)).toEqual(whole);
          const range = { start: Math.min(from, to), end: Math.max(from, to) };
          const pieces = await Array.fromAsync(streamDelivered(storeOf(body), stored, range));
          expect(Buffer.concat(pieces)).toEqual(whole.subarray(range.start, range.end));
        },
      ),
    );
  });
});

function isWithin(at: number, removed: number[]): boolean {
  for (let index = 0; index < removed.length; index += 2) {
    if (at >= (removed[index] as number) && at < (removed[index + 1] as number)) return true;
  }
  return false;
}
