// The packs of one writer on a volume whose packs grow: the open one, the next one made before it is needed,
// and those being sealed. A pack ends when it is full, too old, on a volume that is no longer the current
// one, after a failed write, or with the process.
import { createHash, type Hash } from 'node:crypto';
import type { Logger } from '@pochtar/runtime';
import type { PackRegistry } from './pack-table.ts';
import type { OpenPack, Volume } from './volume.ts';
import { within } from './within.ts';

export interface GrowingPack {
  readonly id: string;
  readonly volume: Volume;
  readonly file: OpenPack;
  /** End of the last acknowledged record. */
  end: number;
  /** Over the headers of the acknowledged records, which name the hashes of their bodies. */
  readonly checksum: Hash;
  readonly openedAt: number;
}

export interface PackRotationOptions {
  packs: PackRegistry;
  /** The random id of this start of the process. */
  writer: string;
  log: Logger;
  /** A pack is sealed when it has grown to so many bytes. */
  packSize: number;
  /** A pack is not written any more so long after it was opened; an older unsealed one has lost its writer. */
  packAgeMs: number;
  /** A disk that takes longer has failed. */
  waitMs: number;
}

export class PackRotation implements AsyncDisposable {
  readonly #options: PackRotationOptions;
  #open: GrowingPack | null = null;
  #next: Promise<GrowingPack> | null = null;
  readonly #sealing = new Set<Promise<void>>();

  constructor(options: PackRotationOptions) {
    this.#options = options;
  }

  /** The pack to append to; its row is committed and its file durable. */
  async take(volume: Volume): Promise<GrowingPack> {
    const { packAgeMs } = this.#options;
    const fits = (pack: GrowingPack): boolean =>
      pack.volume === volume && Date.now() - pack.openedAt < packAgeMs;
    if (this.#open && fits(this.#open)) return this.#open;
    this.end();
    const next = this.#next;
    this.#next = null;
    const made = next && (await next.catch(() => null));
    if (made && fits(made)) this.#open = made;
    else {
      if (made) this.#seal(made);
      this.#open = await this.#make(volume);
    }
    return this.#open;
  }

  /** The open pack has grown: ends it when full, prepares the next one when it soon will be. */
  grown(pack: GrowingPack): void {
    const { packSize, log } = this.#options;
    if (pack.end >= packSize) this.end();
    else if (pack.end >= packSize * 0.75 && !this.#next) {
      this.#next = this.#make(pack.volume);
      this.#next.catch((error: unknown) => {
        log.warn({ err: error, volume: pack.volume.name }, 'the next pack could not be prepared');
        this.#next = null;
      });
    }
  }

  /** Seals the open pack; the next body starts another. */
  end(): void {
    if (!this.#open) return;
    this.#seal(this.#open);
    this.#open = null;
  }

  async #make(volume: Volume): Promise<GrowingPack> {
    const { packs, writer, waitMs } = this.#options;
    if (!volume.openPack) throw new Error(`packs of volume ${volume.name} do not grow`);
    await volume.mayTakePacks();
    const id = crypto.randomUUID();
    const row = { id, volumeId: volume.id, writer, size: 0, sealed: false, checksum: null };
    const opened = volume.openPack(id);
    const both = Promise.all([opened, packs.register(row)]);
    try {
      const [file] = await within(waitMs, `opening a pack on volume "${volume.name}"`, both);
      return { id, volume, file, end: 0, checksum: createHash('sha256'), openedAt: Date.now() };
    } catch (error) {
      // Whatever of the two there is, or comes late, is undone; a row that stays is found by clean-up.
      both.catch(() => {});
      this.#track(opened.then((file) => file.discard()));
      throw error;
    }
  }

  /** In the background; a pack that could not be sealed here is sealed by clean-up when it is old enough. */
  #seal(pack: GrowingPack): void {
    const { packs, log, waitMs } = this.#options;
    const work = async (): Promise<void> => {
      try {
        // The row says sealed only when the file ends where the row says.
        await within(waitMs, `sealing pack ${pack.id}`, pack.file.seal(pack.end));
        await packs.seal(pack.id, pack.end, pack.checksum.digest());
      } catch (error) {
        log.warn({ err: error, pack: pack.id, volume: pack.volume.name }, 'a pack could not be sealed');
      }
    };
    this.#track(work());
  }

  #track(work: Promise<void>): void {
    const settled = work.catch(() => {}).finally(() => this.#sealing.delete(settled));
    this.#sealing.add(settled);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    const next = await this.#next?.catch(() => null);
    if (next) this.#seal(next);
    this.#next = null;
    await Promise.all(this.#sealing);
  }
}
