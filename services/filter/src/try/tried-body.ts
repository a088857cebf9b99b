// The body of a mail that is only tried: it lies in memory, and what is stored beside it goes nowhere.
import type { BlobReference, BlobStore } from '@pochtar/store/blob';

type Range = { start: number; end: number };

export class TriedBody implements BlobStore {
  readonly #body: Buffer;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** What a mail names it by. */
  get reference(): BlobReference {
    return referenceOf(this.#body.length);
  }

  async read(reference: BlobReference, range: Range = { start: 0, end: reference.length }): Promise<Buffer> {
    return this.#body.subarray(range.start, range.end);
  }

  async *readStream(reference: BlobReference, range?: Range): AsyncGenerator<Buffer> {
    yield await this.read(reference, range);
  }

  async *readMany(references: readonly BlobReference[]): AsyncGenerator<Buffer> {
    for (const reference of references) yield await this.read(reference);
  }

  async put(_: string, body: Buffer | readonly Buffer[]): Promise<BlobReference> {
    const parts = Buffer.isBuffer(body) ? [body] : body;
    return referenceOf(parts.reduce((sum, part) => sum + part.length, 0));
  }

  async putStream(_: string, body: AsyncIterable<Buffer>, length: number): Promise<BlobReference> {
    for await (const _piece of body);
    return referenceOf(length);
  }

  async freeBytes(): Promise<null> {
    return null;
  }

  async check(): Promise<void> {}
  async look(): Promise<void> {}
  rotate(): void {}

  get volumes(): never {
    throw new Error('a mail that is tried lies on no volume');
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function referenceOf(length: number): BlobReference {
  return { packId: '00000000-0000-0000-0000-000000000000', offset: 0, length };
}
