// Bodies of mails that come together are read together: they lie beside each other in a pack, as a rule, and each read of its
// own is a trip to another thread. Only small ones, and only until their mail is judged; what cannot be read so is read by
// whoever needs it, which then hears why.
import { type BlobReference, type BlobStore, type ByteRange, partOf } from '@pochtar/store/blob';

const MAX_BODY = 64 * 1024;
/** Of all that lie here. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Whose mail was not judged by then was taken elsewhere, or waits in a line that is longer than it is worth. */
const KEPT_MS = 5000;

export class BodiesAhead {
  /** The store, with what was read ahead. */
  readonly blobs: BlobStore;
  readonly #store: BlobStore;
  readonly #bodies = new Map<string, Promise<Buffer>>();
  #bytes = 0;

  constructor(store: BlobStore) {
    this.#store = store;
    this.blobs = {
      ...store,
      read: async (reference, range) => {
        const body = await this.#ahead(reference);
        return body === null ? store.read(reference, range) : partOfBody(body, reference, range);
      },
      readStream: (reference, range) => this.#stream(reference, range),
    };
  }

  /** These are asked for in a moment. */
  expect(references: readonly BlobReference[]): void {
    let left = MAX_BYTES - this.#bytes;
    const wanted = new Map<string, BlobReference>();
    for (const reference of references) {
      const key = keyOf(reference);
      const isHere = this.#bodies.has(key) || wanted.has(key);
      if (isHere || reference.length > Math.min(MAX_BODY, left)) continue;
      wanted.set(key, reference);
      left -= reference.length;
    }
    if (wanted.size > 1) void this.#read([...wanted.values()].sort(byPlace));
  }

  /** Its mail is judged. */
  forget(reference: BlobReference): void {
    if (this.#bodies.delete(keyOf(reference))) this.#bytes -= reference.length;
  }

  async #read(references: readonly BlobReference[]): Promise<void> {
    const bodies = references.map((reference) => {
      const body = Promise.withResolvers<Buffer>();
      // Whoever needs it reads it then.
      body.promise.catch(() => {});
      this.#bodies.set(keyOf(reference), body.promise);
      this.#bytes += reference.length;
      return body;
    });
    setTimeout(() => references.forEach((reference) => this.forget(reference)), KEPT_MS).unref();
    try {
      let next = 0;
      for await (const bytes of this.#store.readMany(references)) bodies[next++]?.resolve(bytes);
    } catch (error) {
      for (const { reject } of bodies) reject(error);
    }
  }

  async *#stream(...asked: Parameters<BlobStore['readStream']>): AsyncGenerator<Buffer> {
    const [reference, range] = asked;
    const body = await this.#ahead(reference);
    if (body === null) yield* this.#store.readStream(reference, range);
    else yield partOfBody(body, reference, range);
  }

  /** Null: it is not here. */
  async #ahead(reference: BlobReference): Promise<Buffer | null> {
    return (await this.#bodies.get(keyOf(reference))?.catch(() => null)) ?? null;
  }
}

/** Throws `RangeError` outside of the body, as the store does. */
function partOfBody(body: Buffer, reference: BlobReference, range: ByteRange | undefined): Buffer {
  if (range === undefined) return body;
  const { offset, length } = partOf(reference, range);
  return body.subarray(offset - reference.offset, offset - reference.offset + length);
}

function keyOf({ packId, offset }: BlobReference): string {
  return `${packId}:${offset}`;
}

function byPlace(a: BlobReference, b: BlobReference): number {
  return a.packId === b.packId ? a.offset - b.offset : a.packId < b.packId ? -1 : 1;
}
