// The volumes of the installation (store.volume), opened when first needed. Rows are read again every few
// seconds of use, so that a new path, key or choice of volume reaches running processes without a restart.
import { z } from 'zod';
import type { Queryable } from '../db.ts';
import { openDirectoryVolume } from './directory-volume.ts';
import type { MarkedVolume } from './marked-volume.ts';
import { heldToMark } from './marks.ts';
import { type Volume, VolumeError } from './volume.ts';

/** Gives the secret key of an S3 volume. */
export type SecretFor = (volumeId: number) => Promise<string>;

/** Where the store finds its volumes. */
export interface VolumeSource extends AsyncDisposable {
  /** The volume new packs go to. Throws `VolumeError` when there is none or it cannot be opened. */
  current(): Promise<Volume>;
  /** Throws `VolumeError` when there is no such volume or it cannot be opened. */
  byId(id: number): Promise<Volume>;
  /** Throws `VolumeError` unless the current volume, and every other that was asked for, is there and is ours. */
  look(): Promise<void>;
}

export interface VolumesOptions {
  db: Queryable;
  /** The id of the volume new packs go to. Undefined: the lowest one. */
  volumeId?: (() => number | undefined) | number | undefined;
  secretFor?: SecretFor | undefined;
  /** How old rows may be that are used. */
  readAgainMs?: number;
}

/** What a volume was opened with, to see when that has changed. */
interface OpenedVolume {
  description: string;
  secretKey: Promise<string> | null;
  volume: Promise<MarkedVolume>;
}

interface VolumeRow {
  id: number;
  name: string;
  kind: 'directory' | 's3';
  config: unknown;
  installation: string;
  isMarked: boolean;
}

const READ_AGAIN_MS = 15_000;
/** A replaced volume is closed after the reads that may still use it. */
const CLOSE_AFTER_MS = 120_000;

const directoryConfig = z.object({ path: z.string().startsWith('/', 'path must be absolute') });
const s3Config = z.object({
  endpoint: z.string().min(1),
  port: z.number().int().min(1).max(65535),
  useSsl: z.boolean(),
  bucket: z.string().min(3),
  region: z.string().min(1).default('us-east-1'),
  accessKey: z.string().min(1),
});

export class Volumes implements VolumeSource {
  readonly #options: VolumesOptions;
  #rows = new Map<number, VolumeRow>();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;
  readonly #open = new Map<number, OpenedVolume>();
  readonly #leaving = new Set<Volume>();
  /** Volumes that this process uses. */
  readonly #asked = new Set<number>();

  constructor(options: VolumesOptions) {
    this.#options = options;
  }

  async current(): Promise<Volume> {
    await this.#fresh();
    const { volumeId } = this.#options;
    const chosen = typeof volumeId === 'function' ? volumeId() : volumeId;
    const id = chosen ?? Math.min(...this.#rows.keys());
    if (!Number.isFinite(id)) {
      throw new VolumeError('there is no storage volume: add a directory or a bucket to the installation');
    }
    return this.#volume(id);
  }

  async byId(id: number): Promise<Volume> {
    await this.#fresh();
    if (!this.#rows.has(id)) await this.#read();
    return this.#volume(id);
  }

  async look(): Promise<void> {
    const { id } = await this.current();
    for (const other of new Set([id, ...this.#asked])) {
      if (!this.#rows.has(other)) this.#asked.delete(other);
      else await (await this.#volume(other)).mustBeOurs();
    }
  }

  async #volume(id: number): Promise<MarkedVolume> {
    this.#asked.add(id);
    const row = this.#rows.get(id);
    if (!row) throw new VolumeError(`there is no storage volume ${id}: choose one that exists`);
    const known = this.#open.get(id);
    if (known) return known.volume;
    const opened = this.#openVolume(row);
    this.#open.set(id, opened);
    // A volume that could not be opened is tried again by the next caller.
    opened.volume.catch(() => {
      if (this.#open.get(id) === opened) this.#open.delete(id);
    });
    return opened.volume;
  }

  #openVolume(row: VolumeRow): OpenedVolume {
    const secretKey = row.kind === 's3' ? this.#secretOf(row) : null;
    const open = async (): Promise<MarkedVolume> => {
      const volume = await openAsIs(row, secretKey);
      const { id, installation, isMarked } = row;
      return heldToMark(this.#options.db, volume, { installation, volume: id, isMarked });
    };
    return { description: describe(row), secretKey, volume: open() };
  }

  async #secretOf({ id, name }: VolumeRow): Promise<string> {
    const { secretFor } = this.#options;
    if (!secretFor)
      throw new VolumeError(`volume "${name}": this process was not given the key of its bucket`);
    return secretFor(id);
  }

  /** Rows no older than a few seconds; while Postgres is away the ones in hand serve on. */
  async #fresh(): Promise<void> {
    if (Date.now() - this.#readAt < (this.#options.readAgainMs ?? READ_AGAIN_MS)) return;
    if (this.#rows.size === 0) return this.#read();
    this.#readAt = Date.now();
    this.#read().catch(() => {});
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readRows().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readRows(): Promise<void> {
    const rows = await this.#options.db.query<VolumeRow>({
      name: 'blob-volumes',
      text: `select v.id, name, kind, config, i.id as installation, marked_at is not null as "isMarked"
        from store.volume v, store.installation i order by v.id`,
    });
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    this.#readAt = Date.now();
    for (const [id, opened] of this.#open) {
      if (await this.#hasChanged(opened, this.#rows.get(id))) void this.#replace(id);
    }
  }

  async #hasChanged({ description, secretKey }: OpenedVolume, row: VolumeRow | undefined): Promise<boolean> {
    if (!row || describe(row) !== description) return true;
    if (secretKey === null) return false;
    const secretNow = await this.#secretOf(row).catch(() => null);
    return secretNow !== null && secretNow !== (await secretKey);
  }

  async #replace(id: number): Promise<void> {
    const replaced = this.#open.get(id);
    this.#open.delete(id);
    const volume = await replaced?.volume.catch(() => null);
    if (!volume) return;
    this.#leaving.add(volume);
    setTimeout(() => void this.#leave(volume), CLOSE_AFTER_MS).unref();
  }

  async #leave(volume: Volume): Promise<void> {
    if (this.#leaving.delete(volume)) await volume[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reading?.catch(() => {});
    const open = await Promise.allSettled([...this.#open.values()].map(({ volume }) => volume));
    this.#open.clear();
    for (const outcome of open) if (outcome.status === 'fulfilled') this.#leaving.add(outcome.value);
    await Promise.all([...this.#leaving].map((volume) => this.#leave(volume)));
  }
}

/** Without a look at its mark. */
async function openAsIs(row: VolumeRow, secretKey: Promise<string> | null): Promise<Volume> {
  const { id, name } = row;
  if (secretKey === null) return openDirectoryVolume({ id, name, path: configOf(row, directoryConfig).path });
  // Its client is a hundred modules, which a directory does not need.
  const { openS3Volume } = await import('./s3-volume.ts');
  return openS3Volume({ id, name, ...configOf(row, s3Config), secretKey: await secretKey });
}

/** What a volume is opened with. */
function describe({ id, name, kind, config, installation }: VolumeRow): string {
  return JSON.stringify([id, name, kind, config, installation]);
}

function configOf<T>(row: VolumeRow, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(row.config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new VolumeError(`volume "${row.name}": config.${issue?.path.join('.')}: ${issue?.message}`);
}
