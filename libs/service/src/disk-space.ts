// Whether there is room for mail: below the low-water mark none is taken, before anything fails.
//
// Free space is measured every few seconds, which is long for a disk that many clients fill at once. So what was
// written since, and what the mails under way will still take, is subtracted from it: however many come at the same
// moment, together they stop at the mark.
//
// Bodies go to the mail volume and the spool directory, rows to the database: where that lies on this machine, its disk is
// watched as well. A Postgres whose disk is full does not only refuse, it ends.
import { statfs } from 'node:fs/promises';
import type { Health, Logger } from '@pochtar/runtime';
import type { BlobStore } from '@pochtar/store/blob';
import { sqlState } from '@pochtar/store/db';
import type { CurrentSettings } from './open-service.ts';

export interface DiskSpaceOptions {
  /** Where bodies end up; the volume may have no such number. */
  blobs: Pick<BlobStore, 'freeBytes'>;
  spoolDirectory: string;
  /** A directory on the disk of the database; unknown where that is elsewhere. */
  databaseDirectory?: string | undefined;
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

interface Disk {
  name: string;
  /** What mails take is subtracted from it. */
  hasBodies: boolean;
  /** Null: there is no such number. */
  measure: () => Promise<number | null>;
  free: number | null;
  isUnknown: boolean;
}

export class DiskSpace implements Disposable {
  readonly #options: DiskSpaceOptions;
  readonly #disks: readonly Disk[];
  readonly #timer: NodeJS.Timeout;
  /** Written since it was measured. */
  #written = 0;
  /** What mails under way will still take. */
  #claimed = 0;
  #measuring: Promise<void> | null = null;
  #ticks = 0;
  #wasLow = false;

  private constructor(options: DiskSpaceOptions) {
    this.#options = options;
    const { blobs, spoolDirectory, databaseDirectory } = options;
    this.#disks = [
      watched('the mail volume', true, () => blobs.freeBytes()),
      watched('the spool directory', true, () => freeBytes(spoolDirectory)),
      ...(databaseDirectory ? [watched('the database', false, () => freeBytes(databaseDirectory))] : []),
    ];
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
    return this.#lowDisk(bytes) === undefined;
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
    const seen = this.#written;
    await Promise.all(this.#disks.map((one) => this.#measureDisk(one)));
    this.#written -= seen;
    this.#tell();
  }

  async #measureDisk(one: Disk): Promise<void> {
    try {
      one.free = await one.measure();
      one.isUnknown = false;
    } catch (error) {
      // What can't be measured is not called full; a write that fails says so itself.
      if (!one.isUnknown)
        this.#options.log.warn({ err: error, disk: one.name }, 'free space cannot be measured');
      one.free = null;
      one.isUnknown = true;
    }
  }

  get #lowWater(): number {
    return this.#options.settings.current('alerts').diskLowWaterMb * 1024 * 1024;
  }

  /** The first disk that would be below the mark. */
  #lowDisk(bytes: number): Disk | undefined {
    return this.#disks.find((one) => this.#room(one) - (one.hasBodies ? bytes : 0) < this.#lowWater);
  }

  #room({ free, hasBodies }: Disk): number {
    if (free === null) return Number.POSITIVE_INFINITY;
    return hasBodies ? free - this.#written - this.#claimed : free;
  }

  #tick(): void {
    const isNear = this.#disks.some((one) => this.#room(one) < NEAR * this.#lowWater);
    if (isNear || ++this.#ticks % FAR_TIMES === 0) void this.measure();
    else this.#tell();
  }

  #tell(): void {
    const low = this.#lowDisk(0);
    this.#options.health?.report('disk', low === undefined ? null : faultOf(low));
    const isLow = low !== undefined;
    if (isLow === this.#wasLow) return;
    this.#wasLow = isLow;
    const free = Object.fromEntries(this.#disks.map((one) => [one.name, one.free]));
    const facts = { freeBytes: free, claimedBytes: this.#claimed, disk: low?.name };
    this.#options.log.warn(facts, isLow ? 'the disk is nearly full' : 'there is room again');
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function watched(name: string, hasBodies: boolean, measure: Disk['measure']): Disk {
  return { name, hasBodies, measure, free: null, isUnknown: false };
}

// Asks the file system, which needs no right to read the directory.
async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

function faultOf({ name, hasBodies, free }: Disk): string {
  const megabytes = Math.trunc((free ?? 0) / 1024 / 1024);
  const counted = hasBodies ? ' with the mails under way' : '';
  return `${megabytes} MB free, less than alerts.diskLowWaterMb${counted}, on the disk of ${name}: free space there`;
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
    super('a disk is below its low-water mark (alerts.diskLowWaterMb)');
  }
}

/** SQLSTATE disk_full, out_of_memory, configuration_limit_exceeded. */
const DATABASE_IS_FULL = new Set(['53100', '53200', '53400']);

/** Whether something could not be stored because there is no room for it, on a disk or in the database. */
export function isOutOfRoom(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof NoRoom || DATABASE_IS_FULL.has(sqlState(cause) ?? '')) return true;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  }
  return false;
}
