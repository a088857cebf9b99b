// Whether there is room for mail: below the low-water mark none is taken, before anything fails.
import { statfs } from 'node:fs/promises';
import type { Logger } from '@pochtar/runtime';
import type { BlobStore } from '@pochtar/store/blob';
import type { CurrentSettings } from './open-service.ts';

export interface DiskSpaceOptions {
  /** Where bodies end up; the volume may have no such number. */
  blobs: Pick<BlobStore, 'freeBytes'>;
  spoolDirectory: string;
  settings: CurrentSettings<'alerts'>;
  log: Logger;
}

const EVERY_MS = 10_000;

export class DiskSpace implements Disposable {
  readonly #options: DiskSpaceOptions;
  readonly #timer: NodeJS.Timeout;
  #free: number | null = null;

  private constructor(options: DiskSpaceOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.measure(), EVERY_MS).unref();
  }

  /** Resolves when it has been measured once. */
  static async open(options: DiskSpaceOptions): Promise<DiskSpace> {
    const disk = new DiskSpace(options);
    await disk.measure();
    return disk;
  }

  /** As of the last measurement; a changed mark counts at once. */
  get isLow(): boolean {
    const lowWater = this.#options.settings.current('alerts').diskLowWaterMb * 1024 * 1024;
    return this.#free !== null && this.#free < lowWater;
  }

  async measure(): Promise<void> {
    const { blobs, spoolDirectory, log } = this.#options;
    const wasLow = this.isLow;
    try {
      const [volume, spool] = await Promise.all([blobs.freeBytes(), statfs(spoolDirectory)]);
      this.#free = Math.min(volume ?? Number.POSITIVE_INFINITY, spool.bavail * spool.bsize);
    } catch (error) {
      // What can't be measured is not called full; a write that fails says so itself.
      log.warn({ err: error }, 'free space cannot be measured');
      this.#free = null;
    }
    if (this.isLow === wasLow) return;
    log.warn({ freeBytes: this.#free }, this.isLow ? 'the disk is nearly full' : 'there is room again');
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
