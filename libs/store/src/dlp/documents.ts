// Protected documents: their names and fingerprints. Nothing of a text is kept, and none can be made of it.
import type { Database, Queryable } from '../db.ts';
import { dlpKey, nextDlpRevision } from './rules.ts';

export const MAX_DOCUMENTS = 10_000;

export interface ProtectedDocument {
  name: string;
  comment: string;
  words: number;
  bytes: number;
  author: string;
  createdAt: Date;
}

/** By name, those behind `after`. */
export function listDocuments(
  db: Queryable,
  page: { after?: string | undefined; limit: number },
): Promise<ProtectedDocument[]> {
  return db.query<ProtectedDocument>({
    text: `select name, comment, words, bytes, author, created_at as "createdAt" from dlp.document
      where ($1::text is null or key > $1) order by key limit $2`,
    values: [page.after === undefined ? null : dlpKey(page.after), page.limit],
  });
}

export function addDocument(
  db: Database,
  document: Omit<ProtectedDocument, 'createdAt'>,
  marks: readonly { hash: bigint; words: number }[],
): Promise<'added' | 'exists' | 'full'> {
  return db.transaction(async (tx) => {
    await nextDlpRevision(tx);
    const [size] = await tx.query<{ size: number }>({
      text: 'select count(*)::int as size from dlp.document',
    });
    if ((size?.size ?? 0) >= MAX_DOCUMENTS) return 'full';
    const { name, comment, words, bytes, author } = document;
    const [row] = await tx.query<{ id: number }>({
      text: `insert into dlp.document (name, key, comment, words, bytes, author) values ($1, $2, $3, $4, $5, $6)
        on conflict (key) do nothing returning id`,
      values: [name.trim(), dlpKey(name), comment, words, bytes, author],
    });
    if (row === undefined) return 'exists';
    await tx.query({
      text: `insert into dlp.fingerprint (hash, document_id, words)
        select hash, $1, words from unnest($2::bigint[], $3::int[]) as mark(hash, words)`,
      values: [row.id, marks.map(({ hash }) => hash.toString()), marks.map((mark) => mark.words)],
    });
    return 'added';
  });
}

/** Whether it was there. */
export function removeDocument(db: Database, name: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    await nextDlpRevision(tx);
    const gone = await tx.query({
      text: 'delete from dlp.document where key = $1 returning id',
      values: [dlpKey(name)],
    });
    return gone.length > 0;
  });
}

export interface CommonMarks {
  name: string;
  documentWords: number;
  marks: { hash: bigint; words: number }[];
}

/** The protected documents that have some of the fingerprints, with those. */
export async function commonMarks(db: Queryable, hashes: ReadonlySet<bigint>): Promise<CommonMarks[]> {
  if (hashes.size === 0) return [];
  // Numbers of 64 bits do not fit into those of JavaScript.
  const rows = await db.query<{ name: string; documentWords: number; hashes: string[]; words: number[] }>({
    name: 'dlp.common_marks',
    text: `select d.name, d.words as "documentWords", array_agg(f.hash::text) as hashes, array_agg(f.words) as words
      from dlp.fingerprint f join dlp.document d on d.id = f.document_id
      where f.hash = any($1::bigint[]) group by d.id order by d.name`,
    values: [[...hashes].map(String)],
  });
  return rows.map(({ name, documentWords, hashes: found, words }) => ({
    ...{ name, documentWords },
    marks: found.map((hash, index) => ({ hash: BigInt(hash), words: words[index] ?? 0 })),
  }));
}

export async function countDocuments(db: Queryable): Promise<number> {
  const [row] = await db.query<{ size: number }>({
    name: 'dlp.documents',
    text: 'select count(*)::int as size from dlp.document',
  });
  return row?.size ?? 0;
}
