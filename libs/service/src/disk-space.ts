// Whether there is room for mail: below the low-water mark none is taken, before anything fails.
//
// Free space is measured every few seconds, which is long for a disk that many clients fill at once. So what was
// written since, and what the mails under way will still take, is subtracted from it: however many come at the same
// moment, together they stop at the mark.
import { statfs } from 'node:fs/promises';
import type { Health, Logger } from '@pochtar/runtime';
import type { BlobStore } from '@pochtar/store/blob';
import type { CurrentSettings } from './open-service.ts';

export interface DiskSpaceOptions {
  /** Where bodies end up; the volume may have no such number. */
  blobs: Pick<BlobStore, 'freeBytes'>;
  spoolDirectory: string;
  settings: CurrentSettings<'alerts'>;
  log: Logger;
  /** Of a process that is of no use while there is no room. */
  health?: Health;
}

/** How often it is measured near the mark, and how many times less often far from it. */
const EVERY_MS = 1000;
const FAR_TIMES = 10;
/** So many times the mark is near it. */
const NEAR = 4;

export class DiskSpace implements Disposable {
  readonly #options: DiskSpaceOptions;
  readonly #timer: NodeJS.Timeout;
  #free: number | null = null;
  /** Written since `#free` was measured. */
  #written = 0;
  /** What mails under way will still take. */
  #claimed = 0;
  #measuring: Promise<void> | null = null;
  #ticks = 0;
  #wasLow = false;

  private constructor(options: DiskSpaceOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), EVERY_MS).unref();
  }

  /** Resolves when it has been measured once. */
  static async open(options: DiskSpaceOptions): Promise<DiskSpace> {
    const disk = new DiskSpace(options);
    await disk.measure();
    return disk;
  }

  get isLow(): boolean {
    return !this.hasRoomFor(0);
  }

  /** Whether so many bytes more stay above the mark; a changed mark counts at once. */
  hasRoomFor(bytes: number): boolean {
    return this.#room === null || this.#room - bytes >= this.#lowWater;
  }

  /** The space that one mail takes, while it comes. */
  claim(): DiskClaim {
    return new DiskClaim(this, ({ written, claimed }) => {
      this.#written += written;
      this.#claimed += claimed;
    });
  }

  /** One at a time: a disk that hangs is not asked again meanwhile. */
  measure(): Promise<void> {
    this.#measuring ??= this.#measure().finally(() => {
      this.#measuring = null;
    });
    return this.#measuring;
  }

  async #measure(): Promise<void> {
    const { blobs, spoolDirectory, log } = this.#options;
    const seen = this.#written;
    try {
      const [volume, spool] = await Promise.all([blobs.freeBytes(), statfs(spoolDirectory)]);
      this.#free = Math.min(volume ?? Number.POSITIVE_INFINITY, spool.bavail * spool.bsize);
    } catch (error) {
      // What can't be measured is not called full; a write that fails says so itself.
      log.warn({ err: error }, 'free space cannot be measured');
      this.#free = null;
    }
    this.#written -= seen;
    this.#tell();
  }

  get #lowWater(): number {
    return this.#options.settings.current('alerts').diskLowWaterMb * 1024 * 1024;
  }

  get #room(): number | null {
    return this.#free === null ? null : this.#free - this.#written - this.#claimed;
  }

  #tick(): void {
    const isNear = this.#room !== null && this.#room < NEAR * this.#lowWater;
    if (isNear || ++this.#ticks % FAR_TIMES === 0) void this.measure();
    else this.#tell();
  }

  #tell(): void {
    const { isLow } = this;
    const megabytes = Math.trunc((this.#free ?? 0) / 1024 / 1024);
    const fault = `${megabytes} MB free, less than alerts.diskLowWaterMb with the mails under way: free space`;
    this.#options.health?.report('disk', isLow ? fault : null);
    if (isLow === this.#wasLow) return;
    this.#wasLow = isLow;
    const numbers = { freeBytes: this.#free, claimedBytes: this.#claimed };
    this.#options.log.warn(numbers, isLow ? 'the disk is nearly full' : 'there is room again');
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

interface Change {
  written: number;
  claimed: number;
}

/** What one mail under way takes of a disk. Its numbers are given back by `release`. */
export class DiskClaim {
  readonly #disk: Pick<DiskSpace, 'isLow'>;
  readonly #change: (change: Change) => void;
  #bytes = 0;

  constructor(disk: Pick<DiskSpace, 'isLow'>, change: (change: Change) => void) {
    this.#disk = disk;
    this.#change = change;
  }

  /** So many bytes more will have to be stored. False: below the mark. */
  grow(bytes: number): boolean {
    this.#bytes += bytes;
    this.#change({ written: 0, claimed: bytes });
    return !this.#disk.isLow;
  }

  /** So many bytes lie in a temporary file, beside what will be stored. */
  spooled(bytes: number): void {
    this.#change({ written: bytes, claimed: 0 });
  }

  /** All of it lies in a pack. */
  stored(): void {
    this.#change({ written: this.#bytes, claimed: -this.#bytes });
    this.#bytes = 0;
  }

  /** Nothing of it will be stored any more; harmless when called twice. */
  release(): void {
    this.#change({ written: 0, claimed: -this.#bytes });
    this.#bytes = 0;
  }
}

/** What a body fails with that came below the mark. */
export class NoRoom extends Error {
  override name = 'NoRoom';

  constructor() {
    super('the disk is below its low-water mark (alerts.diskLowWaterMb)');
  }
}

/** Whether a body could not be stored because there is no room for it. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof NoRoom) return true;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  }
  return false;
}
