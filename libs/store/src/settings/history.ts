// What the settings were before: whole documents, by whom, when and why, and what was saved together.
import type { Queryable } from '../db.ts';
import type { StoredSection } from './sections.ts';

export interface StoredHistory extends StoredSection {
  comment: string | null;
  /** Revisions with the same one were saved together; null: saved by an earlier release, or alone. */
  changeId: string | null;
  /** The names of the secrets that changed with it. */
  secrets: string[];
}

const COLUMNS = `section as name, revision, document, author, changed_at as "changedAt", comment,
  change_id as "changeId", secrets`;

/** One revision of a section. */
export interface HistoryPlace {
  section: string;
  revision: number;
}

/** Revisions of a section below `before`, newest first. */
export function readHistory(
  db: Queryable,
  section: string,
  options: { before?: number | undefined; limit: number },
): Promise<StoredHistory[]> {
  return db.query<StoredHistory>({
    text: `select ${COLUMNS} from settings.history
      where section = $1 and ($2::bigint is null or revision < $2) order by revision desc limit $3`,
    values: [section, options.before ?? null, options.limit],
  });
}

/** Revisions of all sections behind `after`, newest first; what was saved together stands together. */
export function readWholeHistory(
  db: Queryable,
  options: { after?: HistoryPlace | undefined; limit: number },
): Promise<StoredHistory[]> {
  const { after, limit } = options;
  return db.query<StoredHistory>({
    text: `select ${COLUMNS} from settings.history
      where $1::text is null or (changed_at, section, revision) <
        (select changed_at, section, revision from settings.history where section = $1 and revision = $2)
      order by changed_at desc, section desc, revision desc limit $3`,
    values: [after?.section ?? null, after?.revision ?? null, limit],
  });
}

/** The revisions of these places of the history, as far as they are still kept. */
export function readRevisionsOf(db: Queryable, places: readonly HistoryPlace[]): Promise<StoredHistory[]> {
  return db.query<StoredHistory>({
    text: `select ${COLUMNS} from settings.history
      where (section, revision) in (select * from unnest($1::text[], $2::bigint[]))`,
    values: [places.map(({ section }) => section), places.map(({ revision }) => revision)],
  });
}

/** One revision of a section, if it is still kept. */
export async function readRevision(
  db: Queryable,
  section: string,
  revision: number,
): Promise<StoredHistory | null> {
  return (await readRevisionsOf(db, [{ section, revision }]))[0] ?? null;
}

/** All that was saved together, by section. */
export function readChange(db: Queryable, changeId: string): Promise<StoredHistory[]> {
  return db.query<StoredHistory>({
    text: `select ${COLUMNS} from settings.history where change_id = $1 order by section`,
    values: [changeId],
  });
}

/** The names of secrets of a section that changed after the revision. */
export async function secretsChangedSince(
  db: Queryable,
  section: string,
  revision: number,
): Promise<string[]> {
  const rows = await db.query<{ secret: string }>({
    text: `select distinct unnest(secrets) as secret from settings.history
      where section = $1 and revision > $2 order by secret`,
    values: [section, revision],
  });
  return rows.map(({ secret }) => secret);
}
