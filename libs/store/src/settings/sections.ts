// The rows of the settings: one a section, with its revision and its history.
//
// Whoever writes takes one lock for all sections first, so that what was validated together is saved together
// and revisions of a section have no gaps. Readers need no lock: a row is whole.
import { defaultDocument, type SectionName, type Settings, sectionNames } from '@pochtar/settings';
import type { Database, Queryable } from '../db.ts';

export interface StoredSection {
  name: string;
  revision: number;
  document: object;
  author: string;
  changedAt: Date;
}

export interface StoredRevision {
  name: string;
  revision: number;
}

/** Rows of the named sections; sections without a row are left out. */
export function readSections(db: Queryable, names: readonly string[]): Promise<StoredSection[]> {
  return db.query<StoredSection>({
    name: 'settings.read',
    text: `select name, revision, document, author, changed_at as "changedAt"
      from settings.section where name = any($1) order by name`,
    values: [names],
  });
}

/** The revision of every section that has a row. */
export function readRevisions(db: Queryable): Promise<StoredRevision[]> {
  return db.query<StoredRevision>({
    name: 'settings.revisions',
    text: 'select name, revision from settings.section order by name',
  });
}

/** What `openSettings` of @pochtar/settings wants of a database. */
export function settingsRows(db: Queryable): {
  read(names: readonly string[]): Promise<StoredSection[]>;
  readRevisions(): Promise<StoredRevision[]>;
} {
  return { read: (names) => readSections(db, names), readRevisions: () => readRevisions(db) };
}

const LOCK = 7_205_319;
const KEPT_REVISIONS = 1000;

/** Takes the lock of all writers, to the end of the transaction, and reads every section under it. */
export async function lockSections(tx: Queryable): Promise<Map<string, StoredSection>> {
  await tx.query({ text: 'select pg_advisory_xact_lock($1)', values: [LOCK] });
  const rows = await tx.query<StoredSection>({
    text: 'select name, revision, document, author, changed_at as "changedAt" from settings.section',
  });
  return new Map(rows.map((row) => [row.name, row]));
}

export interface NewDocument {
  section: SectionName;
  document: unknown;
  author: string;
  /** Why. */
  comment?: string | null | undefined;
  /** A UUID: revisions with the same one were saved together. */
  changeId?: string | null | undefined;
  /** The names of the secrets that change with it. */
  secrets?: readonly string[] | undefined;
}

/** Writes the next revision of a section, with its history; `lockSections` must have been called. */
export async function writeSection(tx: Queryable, change: NewDocument): Promise<number> {
  const [row] = await tx.query<{ revision: number }>({
    name: 'settings.write',
    text: `with saved as (
        insert into settings.section as s (name, revision, document, author) values ($1, 1, $2, $3)
        on conflict (name) do update
          set revision = s.revision + 1, document = excluded.document, author = excluded.author, changed_at = now()
        returning name, revision, document, author, changed_at
      ), forgotten as (
        delete from settings.history h using saved
        where h.section = saved.name and h.revision <= saved.revision - ${KEPT_REVISIONS}
      )
      insert into settings.history (section, revision, document, author, changed_at, comment, change_id, secrets)
      select name, revision, document, author, changed_at, $4, $5, $6 from saved
      returning revision`,
    values: [
      change.section,
      JSON.stringify(change.document),
      change.author,
      change.comment ?? null,
      change.changeId ?? null,
      change.secrets ?? [],
    ],
  });
  return (row as { revision: number }).revision;
}

export type SaveResult = { isSaved: true; revision: number } | { isSaved: false; revision: number };

/**
 * Saves a document, which must be valid, as the next revision. Not saved when the current revision is another
 * than `expectedRevision` (0: there is no row yet); `revision` then is the current one.
 */
export function saveSection(
  db: Database,
  change: NewDocument & { expectedRevision?: number },
): Promise<SaveResult> {
  return db.transaction(async (tx) => {
    const current = (await lockSections(tx)).get(change.section)?.revision ?? 0;
    if (change.expectedRevision !== undefined && change.expectedRevision !== current) {
      return { isSaved: false, revision: current };
    }
    return { isSaved: true, revision: await writeSection(tx, change) };
  });
}

export type SettingsParts = { [N in SectionName]?: Partial<Settings[N]> };

/** Gives every section that has no row its default document, with `parts` over it. Answers what was made. */
export function seedSections(
  db: Database,
  parts: SettingsParts = {},
  author = 'first start',
): Promise<SectionName[]> {
  return db.transaction(async (tx) => {
    const present = await lockSections(tx);
    const missing = sectionNames.filter((name) => !present.has(name));
    for (const section of missing) {
      await writeSection(tx, {
        section,
        document: { ...defaultDocument(section), ...parts[section] },
        author,
      });
    }
    return missing;
  });
}
