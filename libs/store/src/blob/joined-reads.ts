// Bodies that are wanted soon, read together when the first of them is: neighbours in a pack lie close, and one read of many
// costs little more than one of few.
import type { BlobStore } from './blob-store.ts';
import { type ByteRange, partOf } from './pack-reader.ts';
import type { BlobReference } from './pack-writer.ts';

/** How the bytes of bodies are read. */
export type BodyReads = Pick<BlobStore, 'read' | 'readStream'>;

/** References that may be read together: so many octets of bodies that are no longer than that. */
const MOST_OCTETS = 128 * 1024;
const LONGEST = 64 * 1024;

/** The beginning of `references` that fits; at least one. */
export function readTogether(references: readonly BlobReference[]): readonly BlobReference[] {
  let octets = 0;
  const end = references.findIndex(({ length }, at) => {
    octets += length;
    return (
      at > 0 &&
      (octets > MOST_OCTETS || length > LONGEST || (references[0] as BlobReference).length > LONGEST)
    );
  });
  return end < 0 ? references : references.slice(0, end);
}

export class JoinedReads implements BodyReads {
  readonly #store: BlobStore;
  readonly #references: readonly BlobReference[];
  #bodies: Promise<ReadonlyMap<string, Buffer>> | null = null;

  /** The caller limits their size, see `readTogether`. */
  constructor(store: BlobStore, references: readonly BlobReference[]) {
    this.#store = store;
    this.#references = references;
  }

  async read(reference: BlobReference, range?: ByteRange): Promise<Buffer> {
    const bytes = await this.#bytesOf(reference);
    if (bytes === undefined) return this.#store.read(reference, range);
    const { start, end } = range ?? { start: 0, end: bytes.length };
    // As the store has it: throws outside of the body.
    partOf(reference, { start, end });
    return bytes.subarray(start, end);
  }

  async *readStream(reference: BlobReference, range?: ByteRange): AsyncGenerator<Buffer> {
    if ((await this.#bytesOf(reference)) === undefined) yield* this.#store.readStream(reference, range);
    else yield await this.read(reference, range);
  }

  async #bytesOf(reference: BlobReference): Promise<Buffer | undefined> {
    if (this.#references.length < 2) return undefined;
    this.#bodies ??= this.#readAll();
    return (await this.#bodies).get(keyOf(reference));
  }

  /** What can't be read together is read alone, and fails alone. */
  async #readAll(): Promise<ReadonlyMap<string, Buffer>> {
    const bodies = new Map<string, Buffer>();
    let at = 0;
    try {
      for await (const bytes of this.#store.readMany(this.#references)) {
        bodies.set(keyOf(this.#references[at++] as BlobReference), bytes);
      }
    } catch {
      bodies.clear();
    }
    return bodies;
  }
}

function keyOf({ packId, offset, length }: BlobReference): string {
  return `${packId} ${offset} ${length}`;
}
