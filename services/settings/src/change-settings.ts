// The one way a setting changes: all sections under one lock, each document validated as a whole, all of them
// together, then against what they refer to; saved with history in the same transaction, announced after it.
import { isDeepStrictEqual } from 'node:util';
import { type AdminReply, done, type SavedSettings, type SettingsChange } from '@pochtar/bus';
import { uuidv7 } from '@pochtar/runtime';
import {
  cautionsOf,
  crossCheck,
  type FieldPlace,
  examineSection,
  isAboutAny,
  type Findings,
  isSectionName,
  type SectionName,
  type Settings,
  type SettingsError,
  sectionNames,
  unknownSection,
} from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import {
  deleteSecret,
  lockSections,
  putSecret,
  readSections,
  secretNames,
  type StoredSection,
  writeSection,
} from '@pochtar/store/settings';
import type { Context, Refusal } from './context.ts';
import { cautionInterfaces } from './caution-interfaces.ts';
import { cautionWhiteNames } from './caution-white-names.ts';
import { fieldChanges } from './field-changes.ts';
import { newlyUnavailable } from './newly-unavailable.ts';
import { checkReferences } from './references.ts';
import { secretsOf } from './section-state.ts';
import { conflict } from './settings-conflict.ts';
import { checkSecrets, problemsOf, refusal } from './settings-errors.ts';
import { storedSettings } from './stored-settings.ts';

export interface ChangeOptions {
  author: string;
  /** Why. */
  comment?: string | undefined;
  /** Answers what would be: takes no lock and writes nothing. */
  validateOnly?: boolean | undefined;
  /** What nothing acts on in this version is kept, with a caution, instead of refused. */
  keepsUnavailable?: boolean;
  /** What else is to be known. */
  cautions?: readonly SettingsError[];
}

/** A document that replaces the one of its section. */
export interface Replacement {
  section: string;
  document: unknown;
  expectedRevision?: number | undefined;
}

type Change = SettingsChange | Replacement;

/** Makes the changes, all or none. */
export async function changeSettings(
  context: Pick<Context, 'db' | 'key' | 'announce'>,
  changes: readonly Change[],
  options: ChangeOptions,
): Promise<AdminReply<SavedSettings>> {
  if (options.validateOnly === true) return validate(context.db, changes, options);
  const reply = await context.db.transaction(async (tx): Promise<AdminReply<SavedSettings>> => {
    const decided = await decide(tx, await lockSections(tx), changes, options);
    if (!decided.ok) return decided;
    const changeId = decided.next.some((next) => next.changed) ? uuidv7() : null;
    const sections: SavedSettings['sections'] = [];
    for (const next of decided.next) {
      const revision = next.changed ? await write(tx, context, next, options, changeId) : next.revision;
      sections.push({ name: next.name, revision, changed: next.changed });
    }
    return done({ sections, changeId, ...cautionsIn(decided.cautions) });
  });
  if (reply.ok) void context.announce.settings(reply.result.sections.filter((section) => section.changed));
  return reply;
}

/** Asked while somebody types: it waits for no writer, and none waits for it. */
async function validate(
  db: Queryable,
  changes: readonly Change[],
  options: ChangeOptions,
): Promise<AdminReply<SavedSettings>> {
  const rows = new Map((await readSections(db, sectionNames)).map((row) => [row.name, row]));
  const decided = await decide(db, rows, changes, options);
  if (!decided.ok) return decided;
  const present = new Set(await secretNames(db));
  const sections = decided.next.map(({ name, document, secrets, revision, changed }) => ({
    name,
    revision,
    changed,
    changes: fieldChanges(name, rows.get(name)?.document, document, {
      secrets: { given: secrets, present: secretsOf(name, present) },
    }),
  }));
  return done({ sections, changeId: null, ...cautionsIn(decided.cautions) });
}

/** What all settings would be with these changes, valid together; nothing is locked or written. */
export async function settingsWith(
  db: Queryable,
  changes: readonly Change[],
): Promise<{ ok: true; settings: Settings } | Refusal> {
  const rows = new Map((await readSections(db, sectionNames)).map((row) => [row.name, row]));
  const decided = await decide(db, rows, changes, { author: '', keepsUnavailable: true });
  if (!decided.ok) return decided;
  const wanted = decided.next.map(({ name, document }) => [name, document]);
  return { ok: true, settings: { ...storedSettings(rows), ...Object.fromEntries(wanted) } };
}

function cautionsIn(cautions: readonly SettingsError[]): Pick<SavedSettings, 'cautions'> {
  return cautions.length === 0 ? {} : { cautions: problemsOf(cautions) };
}

interface Next {
  name: SectionName;
  document: Settings[SectionName];
  secrets: Readonly<Record<string, string | null>>;
  revision: number;
  changed: boolean;
}

async function write(
  tx: Queryable,
  context: Pick<Context, 'key'>,
  next: Next,
  { author, comment }: ChangeOptions,
  changeId: string | null,
): Promise<number> {
  for (const [secret, value] of Object.entries(next.secrets)) {
    const name = `${next.name}.${secret}`;
    if (value === null) await deleteSecret(tx, name);
    else await putSecret(tx, context.key, name, value);
  }
  return writeSection(tx, {
    section: next.name,
    document: next.document,
    author,
    comment: comment?.trim() || null,
    changeId,
    secrets: Object.keys(next.secrets),
  });
}

async function decide(
  tx: Queryable,
  rows: ReadonlyMap<string, StoredSection>,
  changes: readonly Change[],
  options: ChangeOptions,
): Promise<{ ok: true; next: Next[]; cautions: SettingsError[] } | Refusal> {
  const next = new Map<SectionName, Next>();
  const partly = new Map<SectionName, Sound>();
  const errors: SettingsError[] = [];
  const stale = changes.filter(
    ({ section, expectedRevision }) =>
      expectedRevision !== undefined && expectedRevision !== (rows.get(section)?.revision ?? 0),
  );
  if (stale.length > 0) return conflict(tx, stale, rows);
  for (const change of changes) {
    if (!isSectionName(change.section)) {
      errors.push(unknownSection(change.section));
      continue;
    }
    const row = rows.get(change.section);
    const revision = row?.revision ?? 0;
    const before = next.get(change.section);
    const stored: object = before?.document ?? row?.document ?? {};
    const wanted = 'document' in change ? change.document : { ...stored, ...change.patch };
    const { value, sound, errors: own } = examineSection(change.section, wanted);
    const secrets = 'document' in change ? {} : { ...before?.secrets, ...change.secrets };
    errors.push(...own, ...checkSecrets(change.section, secrets));
    if (value === undefined) {
      if (sound !== undefined) partly.set(change.section, sound);
      continue;
    }
    const changed = !isDeepStrictEqual(value, row?.document) || Object.keys(secrets).length > 0;
    next.set(change.section, { name: change.section, document: value, secrets, revision, changed });
  }
  // All that is wrong is told at once: what is missing is not asked for piece by piece.
  const together = await checkTogether(tx, rows, next, options);
  errors.push(...together.errors, ...clashesOf(rows, next, partly));
  const cautions = [...(options.cautions ?? []), ...together.cautions];
  if (errors.length > 0) return refusal(errors, cautions);
  return { ok: true, next: [...next.values()], cautions };
}

type Sound = NonNullable<ReturnType<typeof examineSection>['sound']>;

/** What stands in a section beside wrong fields may clash with other sections too; wrong fields themselves do not. */
function clashesOf(
  rows: ReadonlyMap<string, StoredSection>,
  next: ReadonlyMap<SectionName, Next>,
  partly: ReadonlyMap<SectionName, Sound>,
): SettingsError[] {
  if (partly.size === 0) return [];
  const stored = storedSettings(rows);
  const wanted = [...next.values()].map(({ name, document }) => [name, document]);
  const readable = [...partly].map(([name, { value }]) => [name, value]);
  const settings: Settings = { ...stored, ...Object.fromEntries([...wanted, ...readable]) };
  const isWrong = (error: SettingsError) =>
    [...partly].some(([name, { without }]) => isAboutAny(error, name, without));
  return crossCheck(settings, isOther(stored, settings)).filter(
    (error) => isAbout(error, new Set(partly.keys())) && !isWrong(error),
  );
}

/** The rules between sections and towards the rest of the system, for the state that would result. */
async function checkTogether(
  tx: Queryable,
  rows: ReadonlyMap<string, StoredSection>,
  next: ReadonlyMap<SectionName, Next>,
  { keepsUnavailable }: ChangeOptions,
): Promise<Findings> {
  const stored = storedSettings(rows);
  const wanted = [...next.values()].map(({ name, document }) => [name, document]);
  const settings: Settings = { ...stored, ...Object.fromEntries(wanted) };
  const changed = new Set(next.keys());
  const secrets = new Set(await secretNames(tx));
  for (const { name, secrets: given } of next.values()) {
    for (const [secret, value] of Object.entries(given)) {
      if (value === null) secrets.delete(`${name}.${secret}`);
      else secrets.add(`${name}.${secret}`);
    }
  }
  // A clash that was there before and that no changed section has a part in must not block everything else.
  const clashes = crossCheck(settings, isOther(stored, settings)).filter((error) => isAbout(error, changed));
  const errors = [...clashes, ...(await checkReferences(tx, settings, changed, secrets))];
  const unavailable = [...next.values()]
    .flatMap(({ name, document }) => newlyUnavailable(name, document, stored[name]))
    .filter((one) => !errors.some(({ section, field }) => section === one.section && field === one.field));
  if (!keepsUnavailable) errors.push(...unavailable);
  const isNews = new Set([...next.values()].filter((one) => one.changed).map(({ name }) => name as string));
  const cautions = cautionsOf(settings).filter((caution) => isAbout(caution, isNews));
  if (keepsUnavailable) cautions.push(...unavailable);
  if (isNews.has('accessLists')) cautions.push(...(await cautionWhiteNames(tx, settings.accessLists)));
  if (isNews.has('network')) cautions.push(...cautionInterfaces(settings.network));
  return { errors, cautions };
}

/** Whether a field has another value than the one that is stored. */
function isOther(stored: Settings, settings: Settings): (place: FieldPlace) => boolean {
  const valueAt = (all: object, { section, field }: FieldPlace): unknown =>
    (all as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[section]?.[field];
  return (place) => !isDeepStrictEqual(valueAt(stored, place), valueAt(settings, place));
}

function isAbout(error: SettingsError, changed: ReadonlySet<string>): boolean {
  return [error, ...(error.related ?? [])].some((place) => changed.has(place.section));
}
