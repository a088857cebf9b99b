// A volume held to its mark. The mark is looked at where a mistake would do harm: before a pack is made, before one is
// called missing, before one is removed. No mail waits for it: a look is a small read a pack on a directory, and on S3,
// where every flush is a pack, one in a quarter of a minute.
import {
  MARK_NAME,
  type OpenPack,
  PackMissing,
  type StoredPack,
  type Volume,
  VolumeError,
  type VolumeMark,
} from './volume.ts';

const BUCKET_SEEN_MS = 15_000;

export class MarkedVolume implements Volume {
  readonly #inner: Volume;
  readonly #mark: VolumeMark;
  readonly id: number;
  readonly name: string;
  readonly kind: Volume['kind'];
  readonly readSize: number;
  readonly openPack: Volume['openPack'];
  #seenAt = Number.NEGATIVE_INFINITY;

  constructor(inner: Volume, mark: VolumeMark) {
    this.#inner = inner;
    this.#mark = mark;
    this.id = inner.id;
    this.name = inner.name;
    this.kind = inner.kind;
    this.readSize = inner.readSize;
    const { openPack } = inner;
    this.openPack =
      openPack &&
      (async (packId: string): Promise<OpenPack> => {
        await this.mayTakePacks();
        return openPack(packId);
      });
  }

  async mustBeOurs(): Promise<void> {
    const found = await this.#inner.readMark();
    if (found?.installation !== this.#mark.installation || found.volume !== this.#mark.volume) {
      throw new VolumeError(this.#explain(found));
    }
    this.#seenAt = performance.now();
  }

  /** What `mustBeOurs` has seen a moment ago serves for a bucket: it cannot be unmounted. */
  async mayTakePacks(): Promise<void> {
    const seenAgo = performance.now() - this.#seenAt;
    if (this.kind === 's3' && seenAgo < BUCKET_SEEN_MS) return;
    await this.mustBeOurs();
  }

  async putPack(
    packId: string,
    body: Iterable<Buffer> | AsyncIterable<Buffer>,
    length: number,
  ): Promise<void> {
    await this.mayTakePacks();
    return this.#inner.putPack(packId, body, length);
  }

  async read(packId: string, start: number, end: number): Promise<Buffer> {
    try {
      return await this.#inner.read(packId, start, end);
    } catch (error) {
      // Nothing is missing where nothing is mounted: that passes.
      if (error instanceof PackMissing) await this.mustBeOurs();
      throw error;
    }
  }

  async packSize(packId: string): Promise<number | null> {
    const size = await this.#inner.packSize(packId);
    if (size === null) await this.mustBeOurs();
    return size;
  }

  truncatePack(packId: string, size: number): Promise<void> {
    return this.#inner.truncatePack(packId, size);
  }

  async removePack(packId: string): Promise<void> {
    // Removing what is not there is no error; its row goes next.
    await this.mayTakePacks();
    return this.#inner.removePack(packId);
  }

  async *listPacks(): AsyncGenerator<StoredPack> {
    await this.mustBeOurs();
    yield* this.#inner.listPacks();
  }

  freeBytes(): Promise<number | null> {
    return this.#inner.freeBytes();
  }

  async check(): Promise<void> {
    await this.mustBeOurs();
    return this.#inner.check();
  }

  readMark(): Promise<VolumeMark | null> {
    return this.#inner.readMark();
  }

  writeMark(mark: VolumeMark): Promise<void> {
    return this.#inner.writeMark(mark);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#inner[Symbol.asyncDispose]();
  }

  #explain(found: VolumeMark | null): string {
    const where = `volume "${this.name}"`;
    if (found !== null) {
      return `${where}: it carries the mark of volume ${found.volume} of installation ${found.installation}, which is another one; mount the right disk, or correct its path or bucket`;
    }
    const mark = JSON.stringify(this.#mark);
    return `${where}: its mark is not there, so its disk is not mounted, or another one is; mount the right disk (where only the mark was lost, write ${MARK_NAME} again: ${mark})`;
  }
}
