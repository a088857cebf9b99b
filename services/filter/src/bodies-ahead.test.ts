import type { BlobReference, BlobStore, ByteRange } from '@pochtar/store/blob';
import { expect, test } from 'vitest';
import { BodiesAhead } from './bodies-ahead.ts';

/** A store whose bodies are their own place, told again and again; what was asked of it is noted. */
function storeOf(missing: (reference: BlobReference) => boolean = () => false) {
  const asked: string[] = [];
  const bodyOf = (reference: BlobReference): Buffer => {
    if (missing(reference)) throw new Error(`no pack ${reference.packId}`);
    return Buffer.alloc(reference.length, `${reference.packId}${reference.offset} `);
  };
  const read = async (reference: BlobReference, range?: ByteRange): Promise<Buffer> => {
    asked.push(`read ${reference.packId}${reference.offset}`);
    return bodyOf(reference).subarray(range?.start, range?.end);
  };
  const store = {
    read,
    async *readStream(reference: BlobReference, range?: ByteRange) {
      yield await read(reference, range);
    },
    async *readMany(references: readonly BlobReference[]) {
      asked.push(`many ${references.map(({ packId, offset }) => `${packId}${offset}`).join(' ')}`);
      for (const reference of references) yield bodyOf(reference);
    },
  };
  return { store: store as unknown as BlobStore, asked, bodyOf };
}

const at = (packId: string, offset: number, length = 4000): BlobReference => ({ packId, offset, length });

async function streamed(blobs: BlobStore, ...asked: Parameters<BlobStore['readStream']>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of blobs.readStream(...asked)) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('bodies that are expected together are read once, by their place, whole or in parts', async () => {
  const { store, asked, bodyOf } = storeOf();
  const ahead = new BodiesAhead(store);
  const [first, second, third] = [at('b', 900), at('a', 7), at('b', 5)];
  // Mails that went apart have the same body.
  ahead.expect([first, second, third, { ...second }]);
  for (const one of [first, second, third]) {
    expect(await ahead.blobs.read(one)).toEqual(bodyOf(one));
    expect(await ahead.blobs.read(one, { start: 10, end: 20 })).toEqual(bodyOf(one).subarray(10, 20));
    expect(await streamed(ahead.blobs, one, { start: 3, end: 3999 })).toEqual(bodyOf(one).subarray(3, 3999));
  }
  await expect(ahead.blobs.read(first, { start: 0, end: 4001 })).rejects.toThrow(RangeError);
  expect(asked).toEqual(['many a7 b5 b900']);
});

test('one that is alone, large, or forgotten is read when it is needed', async () => {
  const { store, asked } = storeOf();
  const ahead = new BodiesAhead(store);
  ahead.expect([at('a', 1)]);
  ahead.expect([at('b', 1, 65 * 1024), at('b', 2)]);
  ahead.expect([at('c', 1), at('c', 2)]);
  ahead.forget(at('c', 1));
  for (const one of [at('a', 1), at('b', 1, 65 * 1024), at('b', 2), at('c', 1), at('c', 2)])
    expect(await ahead.blobs.read(one)).toHaveLength(one.length);
  expect(asked).toEqual(['many c1 c2', 'read a1', 'read b1', 'read b2', 'read c1']);
});

test('where one is missing each is read by itself, and only that one fails', async () => {
  const { store, asked } = storeOf(({ packId }) => packId === 'gone');
  const ahead = new BodiesAhead(store);
  ahead.expect([at('gone', 1), at('here', 1)]);
  await expect(ahead.blobs.read(at('gone', 1))).rejects.toThrow('no pack gone');
  await expect(streamed(ahead.blobs, at('gone', 1))).rejects.toThrow('no pack gone');
  expect(await ahead.blobs.read(at('here', 1))).toHaveLength(4000);
  expect(asked).toEqual(['many gone1 here1', 'read gone1', 'read gone1', 'read here1']);
});

test('no more than four megabytes lie ready; what was judged makes room', async () => {
  const { store, asked } = storeOf();
  const ahead = new BodiesAhead(store);
  const many = Array.from({ length: 80 }, (_, index) => at('a', index, 64 * 1024));
  ahead.expect(many);
  expect(asked[0]?.split(' ')).toHaveLength(1 + 64);
  for (const one of many) ahead.forget(one);
  ahead.expect([at('b', 1, 64 * 1024), at('b', 2, 64 * 1024)]);
  expect(asked[1]).toBe('many b1 b2');
});
