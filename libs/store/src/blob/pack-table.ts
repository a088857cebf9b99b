// The rows that say where packs lie (store.pack). A row is committed before the first reference to its pack
// is given out; it is inserted beside the making of the pack, so that a crash between the two leaves a row
// that clean-up finds, never a file that nobody knows.
import { gather } from '@pochtar/runtime';
import { isTransient, type Queryable } from '../db.ts';

export interface PackRow {
  id: string;
  volumeId: number;
  /** The random id of the process start that writes the pack. */
  writer: string;
  size: number;
  /** Nothing is appended any more. */
  sealed: boolean;
  checksum: Buffer | null;
}

/** What writers of packs need of the table. */
export interface PackRegistry {
  /** Durable when resolved. Repeating it with the same id is harmless. */
  register(row: PackRow): Promise<void>;
  /** Ends an open pack at `size`; a pack that somebody else has sealed meanwhile stays as it is. */
  seal(packId: string, size: number, checksum: Buffer): Promise<void>;
}

/** Packs whose volume is remembered. */
const MAX_REMEMBERED = 20_000;
/** Pauses before a statement whose outcome is unknown is repeated. */
const REPEAT_AFTER_MS = [100, 500, 2000];

export class PackTable implements PackRegistry {
  readonly #db: Queryable;
  /** pack -> volume, oldest use first. */
  readonly #volumes = new Map<string, number>();
  readonly #lookUp: (packId: string) => Promise<number | null>;

  constructor(db: Queryable) {
    this.#db = db;
    this.#lookUp = gather((packIds) => this.#lookUpAll(packIds), { maxItems: 500, concurrency: 2 });
  }

  async register(row: PackRow): Promise<void> {
    // A pack's id is drawn once: when the outcome of the commit is unknown, repeating it is harmless.
    await this.#untilKnown({
      name: 'blob-register-pack',
      text: `insert into store.pack (id, volume_id, writer, size, sealed, checksum, sealed_at)
        values ($1, $2, $3, $4, $5, $6, case when $5 then now() end) on conflict (id) do nothing`,
      values: [row.id, row.volumeId, row.writer, row.size, row.sealed, row.checksum],
    });
    this.#remember(row.id, row.volumeId);
  }

  async seal(packId: string, size: number, checksum: Buffer): Promise<void> {
    await this.#untilKnown({
      name: 'blob-seal-pack',
      text: `update store.pack set size = $2, checksum = $3, sealed = true, sealed_at = now()
        where id = $1 and not sealed`,
      values: [packId, size, checksum],
    });
  }

  /** The volume of a pack, from memory unless `fresh`; null when there is no such pack. */
  async volumeOf(packId: string, fresh = false): Promise<number | null> {
    const known = fresh ? undefined : this.#volumes.get(packId);
    if (known !== undefined) {
      this.#remember(packId, known);
      return known;
    }
    const found = await this.#lookUp(packId);
    if (found === null) this.#volumes.delete(packId);
    else this.#remember(packId, found);
    return found;
  }

  /** Many readers, one statement: where each flush is a pack, a list of messages leads to as many packs. */
  async #lookUpAll(packIds: string[]): Promise<(number | null)[]> {
    const rows = await this.#db.query<{ id: string; volume_id: number }>({
      name: 'blob-volumes-of-packs',
      text: 'select id, volume_id from store.pack where id = any($1::uuid[])',
      values: [packIds],
    });
    const volumes = new Map(rows.map(({ id, volume_id }) => [id, volume_id]));
    return packIds.map((packId) => volumes.get(packId) ?? null);
  }

  #remember(packId: string, volumeId: number): void {
    this.#volumes.delete(packId);
    this.#volumes.set(packId, volumeId);
    if (this.#volumes.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#volumes.keys();
    if (oldest !== undefined) this.#volumes.delete(oldest);
  }

  async #untilKnown(statement: { name: string; text: string; values: unknown[] }): Promise<void> {
    for (const pause of [...REPEAT_AFTER_MS, null]) {
      try {
        await this.#db.query(statement);
        return;
      } catch (error) {
        if (pause === null || !isTransient(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
}
