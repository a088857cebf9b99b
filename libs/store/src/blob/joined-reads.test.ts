import { expect, test } from 'vitest';
import type { BlobStore } from './blob-store.ts';
import { JoinedReads, readTogether } from './joined-reads.ts';
import { partOf } from './pack-reader.ts';
import type { BlobReference } from './pack-writer.ts';

const pack = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251));
const reference = (offset: number, length: number): BlobReference => ({ packId: 'p', offset, length });

/** A store with one pack; `reads` counts what is asked of it. */
function storeWith(options: { isBroken?: boolean } = {}): { store: BlobStore; reads: string[] } {
  const reads: string[] = [];
  const bytesOf = ({ offset, length }: BlobReference): Buffer => pack.subarray(offset, offset + length);
  const store: Pick<BlobStore, 'read' | 'readStream' | 'readMany'> = {
    read: (whole, range) => {
      reads.push('read');
      return Promise.resolve(bytesOf(range ? partOf(whole, range) : whole));
    },
    async *readStream(whole, range) {
      yield await this.read(whole, range);
    },
    async *readMany(references) {
      reads.push(`many ${references.length}`);
      for (const each of references) {
        if (options.isBroken) throw new Error('gone');
        yield await Promise.resolve(bytesOf(each));
      }
    },
  };
  return { store: store as BlobStore, reads };
}

test('the first that is read brings the others, whole or by range', async () => {
  const { store, reads } = storeWith();
  const wanted = [reference(10, 20), reference(40, 30), reference(40, 30), reference(100, 5)];
  const joined = new JoinedReads(store, wanted);
  expect(reads).toEqual([]);
  expect(await joined.read(wanted[1] as BlobReference, { start: 3, end: 9 })).toEqual(pack.subarray(43, 49));
  expect(await joined.read(wanted[0] as BlobReference)).toEqual(pack.subarray(10, 30));
  const pieces = [];
  for await (const piece of joined.readStream(wanted[3] as BlobReference)) pieces.push(piece);
  expect(Buffer.concat(pieces)).toEqual(pack.subarray(100, 105));
  expect(reads).toEqual(['many 4']);
  await expect(joined.read(wanted[0] as BlobReference, { start: 5, end: 21 })).rejects.toThrow(RangeError);
});

test('what is not among them, and what can not be read together, is read alone', async () => {
  const { store, reads } = storeWith({ isBroken: true });
  const joined = new JoinedReads(store, [reference(10, 20), reference(40, 30)]);
  expect(await joined.read(reference(10, 20))).toEqual(pack.subarray(10, 30));
  expect(await joined.read(reference(500, 2))).toEqual(pack.subarray(500, 502));
  expect(reads).toEqual(['many 2', 'read', 'read']);
});

test('so many are read together as have 128 KiB; one that is long is read alone', () => {
  const many = Array.from({ length: 100 }, () => reference(0, 10_000));
  expect(readTogether(many)).toHaveLength(13);
  expect(readTogether([reference(0, 100_000), reference(0, 10)])).toHaveLength(1);
  expect(readTogether([reference(0, 10), reference(0, 100_000), reference(0, 10)])).toHaveLength(1);
  expect(readTogether([])).toEqual([]);
});
