// Whether there is room for mail: below the low-water mark APPEND answers NO, before anything fails.
import { statfs } from 'node:fs/promises';
import type { Logger } from '@pochtar/runtime';

export interface DiskSpaceOptions {
  /** Bytes free on the volume; null where there is no such number. */
  volumeFreeBytes: () => Promise<number | null>;
  spoolDirectory: string;
  /** The low-water mark, bytes. */
  lowWater: () => number;
  log: Logger;
}

const EVERY_MS = 10_000;

export class DiskSpace implements Disposable {
  readonly #options: DiskSpaceOptions;
  readonly #timer: NodeJS.Timeout;
  #free: number | null = null;

  constructor(options: DiskSpaceOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.measure(), EVERY_MS).unref();
  }

  /** As of the last measurement; a changed mark counts at once. */
  get isLow(): boolean {
    return this.#free !== null && this.#free < this.#options.lowWater();
  }

  async measure(): Promise<void> {
    const wasLow = this.isLow;
    try {
      const [volume, spool] = await Promise.all([
        this.#options.volumeFreeBytes(),
        statfs(this.#options.spoolDirectory),
      ]);
      this.#free = Math.min(volume ?? Number.POSITIVE_INFINITY, spool.bavail * spool.bsize);
    } catch (error) {
      // What can't be measured is not called full; a write that fails says so itself.
      this.#options.log.warn({ err: error }, 'free space cannot be measured');
      this.#free = null;
    }
    if (this.isLow === wasLow) return;
    const message = this.isLow ? 'the disk is nearly full: no APPEND' : 'there is room again';
    this.#options.log.warn({ freeBytes: this.#free }, message);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
