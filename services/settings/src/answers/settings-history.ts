// admin.settings.history and revision: what the settings were before, by whom, when and why.
import {
  type AdminReply,
  adminSettings,
  answerAdmin,
  done,
  fitting,
  refused,
  type SettingsFieldChange,
  type SettingsHistoryEntry,
  type SettingsRevision,
} from '@pochtar/bus';
import { isSectionName, unknownSection } from '@pochtar/settings';
import {
  readChange,
  readHistory,
  readRevisionsOf,
  readSections,
  readWholeHistory,
  type StoredHistory,
} from '@pochtar/store/settings';
import type { Context } from '../context.ts';
import { differences } from '../differences.ts';
import { fieldChanges } from '../field-changes.ts';
import { readableDocument } from '../section-state.ts';
import { refusal } from '../settings-errors.ts';

/** Two documents, as JSON: the answer has to fit into one message of the bus. */
const MAX_BYTES = 800_000;

export function answerSettingsHistory(context: Context): { stop(): Promise<void> }[] {
  return [
    answerAdmin(context, adminSettings.history, async (request) => history(context, request)),
    answerAdmin(context, adminSettings.revision, async (request) => revision(context, request)),
  ];
}

interface HistoryRequest {
  section?: string | undefined;
  before?: number | undefined;
  after?: string | undefined;
  limit: number;
}

async function history(
  { db }: Pick<Context, 'db'>,
  request: HistoryRequest,
): Promise<AdminReply<{ entries: SettingsHistoryEntry[]; next: string | null }>> {
  const { section, limit } = request;
  if (section !== undefined && !isSectionName(section)) return refusal([unknownSection(section)]);
  const after = request.after === undefined ? undefined : readPlace(request.after);
  if (after === null) return wrongPlace;
  // One more than asked for, to know whether there are more.
  const rows =
    section === undefined
      ? await readWholeHistory(db, { after, limit: limit + 1 })
      : await readHistory(db, section, { before: request.before ?? after?.revision, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  const earlier = await readRevisionsOf(
    db,
    shown.map((row) => ({ section: row.name, revision: row.revision - 1 })),
  );
  const documents = new Map(
    [...earlier, ...rows].map((row) => [placeOf(row.name, row.revision), row.document]),
  );
  const entries = fitting(
    shown.map((row) => {
      const before = documents.get(placeOf(row.name, row.revision - 1));
      return {
        ...factsOf(row),
        changes: differences(before, row.document),
        described: before === undefined ? [] : inWords(row.name, before, row.document),
      };
    }),
  );
  const last = rows.length > entries.length ? entries.at(-1) : undefined;
  return done({ entries, next: last === undefined ? null : placeOf(last.section, last.revision) });
}

/** Entries of one list that are told in a history: the revision itself has all of them. */
const MOST_ENTRIES = 20;

function inWords(section: string, before: object, after: object): SettingsFieldChange[] {
  if (!isSectionName(section)) return [];
  const [old, now] = [readableDocument(section, before), readableDocument(section, after)];
  return fieldChanges(section, old, now, { most: MOST_ENTRIES });
}

function factsOf(row: StoredHistory) {
  const { name: section, revision: number, author, comment, changeId, secrets } = row;
  const changedAt = row.changedAt.toISOString();
  return { section, revision: number, author, changedAt, comment, changeId, secrets };
}

function placeOf(section: string, number: number): string {
  return `${section}.${number}`;
}

function readPlace(written: string): { section: string; revision: number } | null {
  const [, section = '', number] = /^(\w{1,64})\.(\d{1,15})$/.exec(written) ?? [];
  return number === undefined ? null : { section, revision: Number(number) };
}

const wrongPlace = refused(
  'wrongFormat',
  'after',
  'after: укажите next предыдущей страницы',
  'after: give next of the page before',
);

async function revision(
  { db }: Pick<Context, 'db'>,
  request: { section: string; revision: number },
): Promise<AdminReply<SettingsRevision>> {
  const { section } = request;
  if (!isSectionName(section)) return refusal([unknownSection(section)]);
  const [newest] = await readSections(db, [section]);
  const rows = await readRevisionsOf(db, [
    { section, revision: request.revision },
    { section, revision: request.revision - 1 },
  ]);
  const row = rows.find((one) => one.revision === request.revision);
  if (row === undefined || newest === undefined) return notKept(request.revision);
  const earlier = rows.find((one) => one !== row);
  const together = row.changeId === null ? [row] : await readChange(db, row.changeId);
  const after = readableDocument(section, row.document);
  const before = earlier === undefined ? null : readableDocument(section, earlier.document);
  const isBeforeLeftOut = Buffer.byteLength(JSON.stringify([before, after])) > MAX_BYTES;
  return done({
    ...factsOf(row),
    before: isBeforeLeftOut ? null : before,
    isBeforeLeftOut,
    after,
    changes: before === null ? [] : fieldChanges(section, before, after),
    current: newest.revision,
    together: together.map(({ name, revision: number }) => ({ section: name, revision: number })),
  });
}

function notKept(number: number) {
  return refused(
    'notFound',
    'revision',
    `ревизии ${number} нет: посмотрите историю раздела`,
    `there is no revision ${number}: see the history of the section`,
  );
}
