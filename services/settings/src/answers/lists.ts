// admin.lists.*: entries of the white and the black list. What changed is announced after the commit.
import {
  type AdminReply,
  adminLists,
  answerAdmin,
  done,
  fitting,
  type ListEntryInfo,
  type ListLine,
  type ListName,
  MAX_LIST_LINES,
  refused,
} from '@pochtar/bus';
import {
  type CautionContext,
  cautionsOfEntry,
  defaultDocument,
  type ListProblem,
  readEnd,
  readStored,
} from '@pochtar/settings';
import { localDomains } from '@pochtar/store/directory';
import {
  addEntries,
  changeEntry,
  countEntries,
  countLists,
  findEntries,
  knownNetworks,
  type ListEntry,
  listEntries,
  listRevision,
  MAX_ENTRIES,
  type NewEntry,
  removeEntries,
} from '@pochtar/store/lists';
import { readSections } from '@pochtar/store/settings';
import type { Context, Refusal } from '../context.ts';
import { type ReadLine, readLine, readNewEntry, storedValue } from '../list-lines.ts';

export function answerLists(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminLists.list, async ({ list, search, after, limit, ...filter }) => {
      const wanted = { ...filter, text: search };
      const page = { limit, after: after === undefined ? undefined : Number(after) };
      const entries = await listEntries(db, list, wanted, page);
      const total = await countEntries(db, list, wanted);
      const more = await cautionContext(context);
      const shown = fitting(entries.map((entry) => infoOf(list, entry, more)));
      const isLast = entries.length < limit && shown.length === entries.length;
      const next = isLast ? null : String(entries[shown.length - 1]?.id ?? '');
      return done({ entries: shown, next, total });
    }),
    answerAdmin(context, adminLists.counts, async () => {
      const { white, black, networks } = await countLists(db);
      const applied = context.reports
        .of('lists')
        .map(({ process, instance, revision }) => ({ process, instance, revision }));
      return done({ white, black, networks, revision: await listRevision(db), applied });
    }),
    answerAdmin(context, adminLists.add, (request, asker) => add(context, request, asker)),
    answerAdmin(context, adminLists.addMany, (request, asker) => addMany(context, request, asker.author)),
    answerAdmin(context, adminLists.change, (request) => change(context, request)),
    answerAdmin(context, adminLists.remove, async ({ list, values }) => {
      const more = await cautionContext(context);
      const { revision, removed } = await removeEntries(db, list, values.map(normalValue));
      context.announce.lists(revision);
      if (removed.length === 0) return noEntry(list, values[0] ?? '');
      // Of a named network, which stays, its addresses are not told again: five hundred of them fill any answer.
      const told = removed.map((entry) => ({ ...infoOf(list, entry, more), addresses: null }));
      return done({ removed: told });
    }),
  ];
}

interface AddRequest {
  list: ListName;
  value: string;
  comment: string;
  expiresAt: string;
  validateOnly?: boolean | undefined;
}

async function add(
  context: Context,
  request: AddRequest,
  asker: { author: string; clientAddress?: string | undefined },
) {
  const { db } = context;
  const { list } = request;
  const more = await cautionContext(context);
  const read = readNewEntry(list, request);
  if (!read.ok) return refusedFor(read.problem);
  const { kind, value } = read.entry;
  const named = await namedOf(context, [read.entry]);
  if (kind === 'namedNetwork' && !named.has(value)) return refusedFor(noNetwork(request.value));
  const cautions = cautionsOfEntry(list, read.entry, { ...more, ...named.get(value) }).slice(0, 10);
  const shown = named.get(value)?.value ?? value;
  if (request.validateOnly === true) {
    const [there] = await findEntries(db, list, [value]);
    const entry = there === undefined ? null : infoOf(list, there, more);
    return done({ entry, kind, value: shown, exists: there !== undefined, cautions });
  }
  const saved = await addEntries(db, list, [read.entry], asker.author);
  if (saved.outcome === 'full') return full();
  if (saved.revision === null) return exists(list, shown);
  const [entry] = await findEntries(db, list, [value]);
  context.announce.lists(saved.revision);
  if (entry === undefined) return exists(list, shown);
  return done({ entry: infoOf(list, entry, more), kind, value: shown, exists: false, cautions });
}

interface AddManyRequest {
  list: ListName;
  lines: readonly string[];
  comment: string;
  expiresAt: string;
  dryRun: boolean;
}

async function addMany(context: Context, request: AddManyRequest, author: string) {
  const { db } = context;
  const { list, dryRun } = request;
  const more = await cautionContext(context);
  const read = request.lines.map((line) => readLine(line, list, request));
  const wanted = read.flatMap((one) => (one?.ok === true ? [one.entry] : []));
  const named = await namedOf(context, wanted);
  const fresh = new Map<string, NewEntry>();
  const seen = read.flatMap((one, index): { line: ListLine; value?: string }[] => {
    if (one === null) return [];
    const line = lineOf(list, index + 1, one, named, more);
    if (!one.ok || line.outcome === 'invalid') return [{ line }];
    const { value } = one.entry;
    if (fresh.has(value)) return [{ line: { ...line, outcome: 'exists' } }];
    fresh.set(value, one.entry);
    return [{ line, value }];
  });
  const lines = (isNew: (value: string) => boolean): ListLine[] =>
    seen.map(({ line, value }) =>
      value === undefined || isNew(value) ? line : { ...line, outcome: 'exists' },
    );
  if (dryRun) {
    const there = await findEntries(db, list, [...fresh.keys()]);
    const known = new Set(there.map(({ value }) => storedValue(value)));
    return done({ lines: lines((value) => !known.has(value)), added: 0 });
  }
  if (fresh.size === 0) return done({ lines: lines(() => true), added: 0 });
  // What is there already the statement that adds says too.
  const saved = await addEntries(db, list, [...fresh.values()], author);
  if (saved.outcome === 'full') return full();
  context.announce.lists(saved.revision);
  return done({ lines: lines((value) => saved.added.has(value)), added: saved.added.size });
}

function lineOf(
  list: ListName,
  line: number,
  read: ReadLine,
  named: Awaited<ReturnType<typeof namedOf>>,
  more: CautionContext,
): ListLine {
  if (!read.ok) return { line, outcome: 'invalid', problem: { ...read.problem }, cautions: [] };
  const { kind, value } = read.entry;
  const object = named.get(value);
  if (kind === 'namedNetwork' && object === undefined) {
    return { line, outcome: 'invalid', problem: noNetwork(value), cautions: [] };
  }
  const cautions = cautionsOfEntry(list, read.entry, { ...more, ...object }).map(({ code }) => code);
  return { line, outcome: 'new', kind, value: object?.value ?? value, cautions };
}

async function change(
  context: Context,
  request: { list: ListName; value: string; comment?: string | undefined; expiresAt?: string | undefined },
): Promise<AdminReply<{ entry: ListEntryInfo }>> {
  const { list, comment } = request;
  const value = normalValue(request.value);
  const end = request.expiresAt === undefined ? undefined : readEnd(request.expiresAt, new Date());
  if (end?.ok === false) return refusedFor(end.problem);
  const changed = { comment: comment?.replaceAll('\u0000', ''), expiresAt: end?.end };
  const more = await cautionContext(context);
  const revision = await changeEntry(context.db, list, value, changed);
  const [entry] = await findEntries(context.db, list, [value]);
  context.announce.lists(revision);
  if (entry === undefined) return noEntry(list, request.value);
  return done({ entry: infoOf(list, entry, more) });
}

/** As it is stored, however it was written; what is no entry stays and is not found. */
function normalValue(written: string): string {
  const read = readNewEntry('black', { value: written, comment: '', expiresAt: '' });
  return read.ok ? read.entry.value : written.trim().toLowerCase();
}

/** The named networks that entries refer to, by the value of the entry. */
async function namedOf(context: Context, entries: readonly NewEntry[]) {
  const keys = entries
    .filter(({ kind }) => kind === 'namedNetwork')
    .map(({ value }) => value.slice('network:'.length));
  const known = await knownNetworks(context.db, keys);
  return new Map(
    [...known].map(([key, { name, addresses }]) => [
      `network:${key}`,
      { value: `network:${name}`, addresses },
    ]),
  );
}

async function cautionContext({ db }: Pick<Context, 'db'>): Promise<CautionContext> {
  // One after the other: a second connection that has to be opened costs more than either.
  const rows = await readSections(db, ['accessLists']);
  const domains = await localDomains(db);
  const stored = readStored('accessLists', rows[0]?.document ?? {});
  const accessLists = stored.ok ? stored.value : defaultDocument('accessLists');
  return { ...accessLists, localDomains: new Set(domains) };
}

function infoOf(list: ListName, entry: ListEntry, more: CautionContext): ListEntryInfo {
  const { id: _, createdAt, expiresAt, lastHitAt, ...known } = entry;
  const cautions = cautionsOfEntry(list, entry, {
    ...more,
    ...(entry.addresses && { addresses: entry.addresses }),
  });
  return {
    ...known,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastHitAt: lastHitAt?.toISOString() ?? null,
    cautions: cautions.map((caution) => ({ ...caution })),
  };
}

function refusedFor({ field, code, message }: ListProblem): Refusal {
  return refused(code, field, message.ru, message.en);
}

function noNetwork(written: string): ListProblem {
  const name = written.replace(/^network:/i, '').slice(0, 64);
  return {
    field: 'value',
    code: 'unknownNetwork',
    message: {
      ru: `именованной сети «${name}» нет: добавьте её в «Именованные сети» или исправьте запись`,
      en: `there is no named network “${name}”: add it to the named networks or correct the entry`,
    },
  };
}

function noEntry(list: ListName, value: string): Refusal {
  const shown = value.slice(0, 100);
  return refused(
    'notFound',
    'value',
    `записи «${shown}» в ${list === 'white' ? 'белом' : 'чёрном'} списке нет: посмотрите список`,
    `there is no entry “${shown}” in the ${list} list: look at the list`,
  );
}

function exists(list: ListName, value: string): Refusal {
  return refused(
    'exists',
    'value',
    `«${value}» уже есть в ${list === 'white' ? 'белом' : 'чёрном'} списке: измените ту запись`,
    `“${value}” is in the ${list} list already: change that entry`,
  );
}

function full(): Refusal {
  return refused(
    'tooMany',
    'value',
    `в списке не больше ${MAX_ENTRIES} записей (за раз — ${MAX_LIST_LINES}): удалите лишние или внесите сети вместо адресов`,
    `a list has at most ${MAX_ENTRIES} entries (${MAX_LIST_LINES} at a time): remove some, or enter networks instead of addresses`,
  );
}
