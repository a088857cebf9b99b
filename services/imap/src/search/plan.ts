// How a search is answered: what message rows can decide goes to the database, the rest is looked at message by
// message, the cheap questions first.
import type { MessageFilter } from '@pochtar/store/mailbox';
import type { SearchKey } from './search-key.ts';

const DAY_MS = 86_400_000;

export interface SearchPlan {
  filter: MessageFilter;
  /** The filter excludes nothing: the view itself is the list of candidates. */
  isUnfiltered: boolean;
  /** What is left to be asked of each candidate, cheapest first. */
  left: SearchKey[];
}

export function planSearch(key: SearchKey): SearchPlan {
  const filter: MessageFilter = {
    set: 0,
    unset: 0,
    keywords: [],
    absentKeywords: [],
    since: null,
    before: null,
    larger: null,
    smaller: null,
    modSeq: null,
    savedSince: null,
    savedBefore: null,
    contentId: null,
  };
  const left: SearchKey[] = [];
  let isUnfiltered = true;
  for (const each of conjunction(key)) {
    if (each.kind === 'all') continue;
    if (narrow(filter, each)) isUnfiltered = false;
    else left.push(each);
  }
  return { filter, isUnfiltered, left: left.map(ordered).toSorted((a, b) => cost(a) - cost(b)) };
}

/** The keys that all have to hold. */
function conjunction(key: SearchKey): SearchKey[] {
  return key.kind === 'and' ? key.keys.flatMap(conjunction) : [key];
}

/** Puts the key into the filter; false when the filter can't hold it. */
function narrow(filter: MessageFilter, key: SearchKey): boolean {
  switch (key.kind) {
    case 'flag':
      filter.set |= key.bit;
      return true;
    case 'keyword':
      filter.keywords = [...filter.keywords, key.keyword];
      return true;
    case 'not':
      if (key.key.kind === 'flag') filter.unset |= key.key.bit;
      else if (key.key.kind === 'keyword')
        filter.absentKeywords = [...filter.absentKeywords, key.key.keyword];
      else return false;
      return true;
    case 'internalDate':
      if (key.relation !== 'before') filter.since = later(filter.since, key.day * DAY_MS);
      if (key.relation === 'before') filter.before = earlier(filter.before, key.day * DAY_MS);
      if (key.relation === 'on') filter.before = earlier(filter.before, (key.day + 1) * DAY_MS);
      return true;
    case 'saveDate':
      if (key.relation !== 'before') filter.savedSince = later(filter.savedSince, key.day * DAY_MS);
      if (key.relation === 'before') filter.savedBefore = earlier(filter.savedBefore, key.day * DAY_MS);
      if (key.relation === 'on') filter.savedBefore = earlier(filter.savedBefore, (key.day + 1) * DAY_MS);
      return true;
    case 'emailId':
      if (filter.contentId !== null && filter.contentId !== key.contentId) return false;
      filter.contentId = key.contentId;
      return true;
    case 'moment':
      if (key.relation === 'since') filter.since = later(filter.since, key.at);
      else filter.before = earlier(filter.before, key.at);
      return true;
    case 'larger':
      filter.larger = Math.max(filter.larger ?? 0, key.octets);
      return true;
    case 'smaller':
      filter.smaller = Math.min(filter.smaller ?? Number.MAX_SAFE_INTEGER, key.octets);
      return true;
    case 'modSeq':
      filter.modSeq = Math.min(Math.max(filter.modSeq ?? 0, key.least), Number.MAX_SAFE_INTEGER);
      return true;
    case 'all':
    case 'and':
    case 'or':
    case 'recent':
    case 'sentDate':
    case 'sequence':
    case 'header':
    case 'body':
    case 'text':
      return false;
  }
}

function later(date: Date | null, milliseconds: number): Date {
  return new Date(Math.max(date?.getTime() ?? milliseconds, milliseconds));
}

function earlier(date: Date | null, milliseconds: number): Date {
  return new Date(Math.min(date?.getTime() ?? milliseconds, milliseconds));
}

/** The same key, cheap questions first within it. */
function ordered(key: SearchKey): SearchKey {
  if (key.kind === 'not') return { kind: 'not', key: ordered(key.key) };
  if (key.kind === 'and') {
    return { kind: 'and', keys: key.keys.map(ordered).toSorted((a, b) => cost(a) - cost(b)) };
  }
  if (key.kind !== 'or') return key;
  const [a, b] = key.keys.map(ordered) as [SearchKey, SearchKey];
  return { kind: 'or', keys: cost(a) <= cost(b) ? [a, b] : [b, a] };
}

/** 0: message rows, 1: header fields, 2: bodies. */
export function cost(key: SearchKey): number {
  switch (key.kind) {
    case 'and':
    case 'or':
      return Math.max(...key.keys.map(cost));
    case 'not':
      return cost(key.key);
    case 'header':
    case 'sentDate':
    case 'saveDate':
    case 'emailId':
      return 1;
    case 'body':
    case 'text':
      return 2;
    case 'all':
    case 'flag':
    case 'keyword':
    case 'recent':
    case 'internalDate':
    case 'moment':
    case 'larger':
    case 'smaller':
    case 'modSeq':
    case 'sequence':
      return 0;
  }
}

/** A flag that has to be set and unset at once. */
export function isImpossible({ set, unset }: MessageFilter): boolean {
  return (set & unset) !== 0;
}
