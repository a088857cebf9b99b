// What clients note of a mailbox, or of the whole account, under a name (METADATA, RFC 5464): few and small.
import type { Database, Queryable } from '../db.ts';

/** Of one account, its mailboxes included. */
const MAX_ANNOTATIONS = 1000;
/** Octets of all values of an account. */
const MAX_ANNOTATION_BYTES = 4 * 1024 * 1024;

export interface Annotation {
  /** In lower case. */
  entry: string;
  /** Null: it goes. */
  value: Buffer | null;
}

/** Whose annotations; `mailboxId` null: those of the account itself. */
export interface Annotated {
  accountId: number;
  mailboxId: number | null;
}

/** Those of these names; with `depth` 1 those just below them too, with Infinity all below. By name. */
export async function readAnnotations(
  db: Queryable,
  { accountId, mailboxId }: Annotated,
  entries: readonly string[],
  depth: number,
): Promise<{ entry: string; value: Buffer }[]> {
  return db.query<{ entry: string; value: Buffer }>({
    name: 'annotations_read',
    text: `select a.entry, a.value from store.annotation a
      where a.account_id = $1 and coalesce(a.mailbox_id, 0) = $2 and (a.entry = any($3::text[])
        or $4::boolean and exists (select from unnest($3::text[]) above(entry) where starts_with(a.entry, above.entry || '/')
          and ($5::boolean or strpos(substr(a.entry, length(above.entry) + 2), '/') = 0)))
      order by a.entry`,
    values: [accountId, mailboxId ?? 0, entries, depth > 0, depth > 1],
  });
}

/** All of an account, and of each something that is another when its value is; the account's own have mailbox 0. */
export function readAnnotationMarks(
  db: Queryable,
  accountId: number,
): Promise<{ mailboxId: number; entry: string; mark: string }[]> {
  return db.query({
    name: 'annotation_marks',
    text: `select coalesce(mailbox_id, 0) as "mailboxId", entry, md5(value) as mark from store.annotation where account_id = $1`,
    values: [accountId],
  });
}

/** All of them or none; false when the account would have too many. */
export async function writeAnnotations(
  db: Database,
  { accountId, mailboxId }: Annotated,
  annotations: readonly Annotation[],
): Promise<boolean> {
  try {
    await db.transaction(async (tx) => {
      for (const { entry, value } of annotations) {
        await tx.query(
          value === null
            ? {
                name: 'annotation_remove',
                text: `delete from store.annotation
                  where account_id = $1 and coalesce(mailbox_id, 0) = coalesce($2::int8, 0) and entry = $3`,
                values: [accountId, mailboxId, entry],
              }
            : {
                name: 'annotation_write',
                text: `insert into store.annotation (account_id, mailbox_id, entry, value) values ($1, $2, $3, $4)
                  on conflict (account_id, coalesce(mailbox_id, 0), entry) do update set value = excluded.value`,
                values: [accountId, mailboxId, entry, value],
              },
        );
      }
      await checkLimits(tx, accountId);
    });
    return true;
  } catch (error) {
    if (error instanceof TooMany) return false;
    throw error;
  }
}

/** Takes back what was written. */
class TooMany extends Error {
  override name = 'TooMany';
}

async function checkLimits(tx: Queryable, accountId: number): Promise<void> {
  const [row] = await tx.query<{ count: number; bytes: number }>({
    name: 'annotations_count',
    text: `select count(*) as count, coalesce(sum(octet_length(value)), 0)::int8 as bytes
      from store.annotation where account_id = $1`,
    values: [accountId],
  });
  if (row && (row.count > MAX_ANNOTATIONS || row.bytes > MAX_ANNOTATION_BYTES)) throw new TooMany();
}
