// What a volume must be able to do: keep packs. A directory and an S3 bucket do it behind this interface and
// one contract test; nothing else in the product knows which of them holds a body.

/** One pack of a volume and the bytes it has there. */
export interface StoredPack {
  packId: string;
  size: number;
}

/** A pack being written, on a volume whose packs can grow. Calls come one after the other. */
export interface OpenPack {
  /**
   * Writes `parts` at `position`; durable when resolved. After an error nothing may be concluded about the
   * bytes at or after `position`, and the pack must not be written again.
   */
  write(parts: readonly Buffer[], position: number): Promise<void>;
  /** Cuts the pack to `size` (what lies behind it was never acknowledged), makes that durable and closes it. */
  seal(size: number): Promise<void>;
  /** Closes and removes a pack that nothing refers to. */
  discard(): Promise<void>;
}

/** What a volume says of itself: whose it is. */
export interface VolumeMark {
  /** store.installation.id */
  installation: string;
  /** store.volume.id */
  volume: number;
}

/** The file or object that holds the mark. */
export const MARK_NAME = 'pochtar-volume.json';

/** The mark in a text, or null when it is none. */
export function parseMark(text: string): VolumeMark | null {
  try {
    const { installation, volume } = JSON.parse(text) as Partial<VolumeMark>;
    return typeof installation === 'string' && typeof volume === 'number' ? { installation, volume } : null;
  } catch {
    return null;
  }
}

export interface Volume extends AsyncDisposable {
  /** store.volume.id */
  readonly id: number;
  readonly name: string;
  readonly kind: 'directory' | 's3';
  /** Bytes a reader of long ranges asks for at a time. */
  readonly readSize: number;
  /** Throws `VolumeError` where no pack may be made now. Asked before the row of a pack is inserted. */
  mayTakePacks(): Promise<void>;
  /**
   * Opens a pack that grows; durable in its directory when resolved. Null where every flush is an object of
   * its own (S3). Throws `VolumeError`.
   */
  readonly openPack: ((packId: string) => Promise<OpenPack>) | null;
  /**
   * Stores a whole pack of exactly `length` bytes; durable, and its size verified, when resolved. `body` is
   * read with back-pressure. Throws `VolumeError`; what is left behind then is removed where possible.
   */
  putPack(packId: string, body: Iterable<Buffer> | AsyncIterable<Buffer>, length: number): Promise<void>;
  /** Exactly the bytes [start, end). Throws `PackMissing`, or `VolumeError` when the pack is shorter. */
  read(packId: string, start: number, end: number): Promise<Buffer>;
  /** Bytes of the pack as stored, or null when it is not there. */
  packSize(packId: string): Promise<number | null>;
  /** Cuts an abandoned pack to `size` durably, where packs grow; elsewhere objects are whole and it does nothing. */
  truncatePack(packId: string, size: number): Promise<void>;
  /** Removes a pack; one that is not there is no error. */
  removePack(packId: string): Promise<void>;
  /** All packs, in no order. Names that are not ours are left out. */
  listPacks(): AsyncIterable<StoredPack>;
  /** Bytes an unprivileged writer can still store, or null when the volume has no such number. */
  freeBytes(): Promise<number | null>;
  /** Throws `VolumeError` unless packs can be written here now: a small probe is stored and removed. */
  check(): Promise<void>;
  /** Null when there is no mark, or one that cannot be read. */
  readMark(): Promise<VolumeMark | null>;
  /** Durable when resolved. */
  writeMark(mark: VolumeMark): Promise<void>;
}

/** The volume could not do what was asked; the message names volume, place and remedy. Repeating may help. */
export class VolumeError extends Error {
  override name = 'VolumeError';
}

/** The pack is not on this volume: it was moved or removed. */
export class PackMissing extends Error {
  override name = 'PackMissing';
  readonly packId: string;

  constructor(packId: string, where: string) {
    super(`pack ${packId} is not on ${where}`);
    this.packId = packId;
  }
}

const PACK_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether `text` can be a pack's id: the only strings that ever become part of a path or an object's name. */
export function isPackId(text: string): boolean {
  return PACK_ID.test(text);
}
