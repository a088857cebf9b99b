// `try.ldap`: a program's query put to this server as the program would put it, but for the log-in: the settings process
// vouches for the person. It goes the way of every search, so that what is shown is what the program would get.
import { Socket } from 'node:net';
import { type Bus, tryBook, type TriedBook, type TryBookRequest } from '@pochtar/bus';
import { Semaphore } from '@pochtar/runtime';
import { search } from '../operations/search.ts';
import type { Operation, Outcome, SearchSession } from '../operation.ts';
import { LIST_VIEW_ANSWER, readListViewAnswer } from '../protocol/controls/list-view.ts';
import { filterText } from '../protocol/filter-text.ts';
import type { SearchRequest } from '../protocol/request.ts';
import type { FoundEntry } from '../protocol/response.ts';
import { codes, Refused } from '../protocol/result.ts';
import type { Server } from '../server.ts';
import { Tree } from '../tree/tree.ts';
import { placeOf } from '../tree/bases.ts';
import { commonName } from '../directory/book-entry.ts';
import { readDn } from '../protocol/dn.ts';
import { absentFrom } from './absent.ts';
import { type ProgramQuery, queryOf } from './queries.ts';

/** Entries that are told of. */
const MAX_TOLD = 20;
const MAX_MS = 10_000;
const CONCURRENCY = 2;

export function answerTryBook(bus: Bus, server: Server): AsyncDisposable {
  const answering = bus.answer(tryBook, (request) => tried(server, request), { concurrency: CONCURRENCY });
  return { [Symbol.asyncDispose]: () => answering.stop() };
}

async function tried(server: Server, { program, text, person, domains }: TryBookRequest): Promise<TriedBook> {
  const query = queryOf(program, text);
  const session = sessionOf(server, person, program === 'roundcube');
  const { bases } = Tree.of({ ...session, isWebmail: false });
  const base = bases[0];
  const about = { filter: filterText(query.filter), base: base?.dn ?? '', attributes: [...query.attributes] };
  const nothing = { ms: 0, count: 0, list: null, entries: [], absent: [], refusal: '' };
  const { enabled, publishToWebmail } = server.settings.current('addressBook');
  if (!enabled || base === undefined) return { ...about, ...nothing, fault: 'switchedOff' };
  if (program === 'roundcube' && !publishToWebmail) {
    return { ...about, ...nothing, fault: 'notForWebmail' };
  }
  const { entries, ms, outcome } = await searched(session, query, base.dn);
  const { code, message } = outcome.result;
  if (code !== codes.success && code !== codes.sizeLimitExceeded) {
    return { ...about, ...nothing, ms, fault: 'refused', refusal: `${code}: ${message}` };
  }
  const found = entries.flatMap(({ dn }) => {
    const place = placeOf(readDn(dn) ?? [], [base], null);
    return place.kind === 'entry' ? [place.key] : [];
  });
  const list = outcome.controls?.find(({ oid }) => oid === LIST_VIEW_ANSWER)?.value ?? null;
  const absent = await absentFrom(server, {
    ...{ text, program, viewer: person, found: new Set(found), most: MAX_TOLD },
    around: Tree.of(session).around(base),
    domains: domains === null ? null : new Set(domains),
  });
  return {
    ...about,
    ...{ ms, count: found.length, absent, fault: null, refusal: '' },
    list: list === null ? null : readListViewAnswer(list),
    entries: found.slice(0, MAX_TOLD).flatMap((key): TriedBook['entries'] => {
      const entry = server.book.find(key);
      if (entry === undefined) return [];
      const kind = entry.kind === 'group' ? 'group' : 'person';
      return [{ kind, address: entry.address, name: commonName(entry) }];
    }),
  };
}

function sessionOf(server: Server, person: TryBookRequest['person'], isWebmail: boolean): SearchSession {
  return {
    ...{ server, isWebmail, isSecure: true, clientAddress: '' },
    person: { ...person, epoch: 0, since: Date.now() },
    socket: new Socket(),
    photoTurn: new Semaphore(1),
  };
}

interface Searched {
  readonly entries: readonly FoundEntry[];
  readonly ms: number;
  readonly outcome: Outcome;
}

async function searched(session: SearchSession, query: ProgramQuery, base: string): Promise<Searched> {
  const { filter, attributes, sizeLimit, controls } = query;
  const request: SearchRequest = {
    ...{ kind: 'search', base, scope: 'sub', timeLimit: 0, typesOnly: false },
    ...{ filter, attributes, sizeLimit },
  };
  const entries: FoundEntry[] = [];
  const operation: Operation = {
    ...{ messageId: 1, controls, signal: AbortSignal.timeout(MAX_MS), isFull: false },
    send: (entry) => void entries.push(entry),
    get sentEntries() {
      return entries.length;
    },
    flush: () => Promise.resolve(),
  };
  const began = performance.now();
  const outcome = await outcomeOf(() => search(session, request, operation));
  const ms = Math.round((performance.now() - began) * 100) / 100;
  return { entries, ms, outcome };
}

async function outcomeOf(run: () => Promise<Outcome> | Outcome): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Refused) return { result: error.result };
    throw error;
  }
}
