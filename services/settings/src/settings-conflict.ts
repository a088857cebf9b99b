// Somebody has changed a section since the asker read it: who, when, and what it says now, so that a form can merge.
import type { CurrentSection } from '@pochtar/bus';
import { complaint, isSectionName, text } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { readHistory, secretNames, type StoredSection } from '@pochtar/store/settings';
import type { Refusal } from './context.ts';
import { readableDocument, secretsOf } from './section-state.ts';
import { refusal } from './settings-errors.ts';

const MAX_HISTORY = 50;
/** All documents together, as JSON: the answer has to fit into one message of the bus. */
const MAX_BYTES = 800_000;

export interface StaleChange {
  section: string;
  expectedRevision?: number | undefined;
}

export async function conflict(
  db: Queryable,
  stale: readonly StaleChange[],
  rows: ReadonlyMap<string, StoredSection>,
): Promise<Refusal> {
  const secrets = new Set(await secretNames(db));
  const current: CurrentSection[] = [];
  const errors = [];
  for (const { section, expectedRevision: expected = 0 } of stale) {
    const row = rows.get(section);
    const since = (await readHistory(db, section, { limit: MAX_HISTORY })).filter(
      (one) => one.revision > expected,
    );
    const authors = [...new Set(since.map(({ author }) => author))].join(', ') || (row?.author ?? '');
    const message = text(
      `раздел тем временем изменил ${authors} (ревизия ${row?.revision ?? 0}, ожидалась ${expected}): прочитайте его снова и повторите`,
      `the section was changed meanwhile by ${authors} (revision ${row?.revision ?? 0}, not ${expected}): read it again and repeat`,
    );
    errors.push(complaint({ section, field: '' }, 'conflict', message));
    if (row === undefined || !isSectionName(section)) continue;
    current.push({
      section,
      revision: row.revision,
      author: row.author,
      changedAt: row.changedAt.toISOString(),
      comment: since.find(({ revision }) => revision === row.revision)?.comment ?? null,
      document: readableDocument(section, row.document),
      secrets: secretsOf(section, secrets),
    });
  }
  const refused = refusal(errors);
  return { ...refused, error: { ...refused.error, current: withinBounds(current) } };
}

function withinBounds(current: CurrentSection[]): CurrentSection[] {
  if (Buffer.byteLength(JSON.stringify(current)) <= MAX_BYTES) return current;
  return current.map((section) => {
    const facts = { ...section };
    delete facts.document;
    return facts;
  });
}
