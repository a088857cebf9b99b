// Which slots of the book may fit a filter, found by its keys. A plan brings too many rather than too few: each entry is
// looked at afterwards. Without a plan all of them are.
import { bookKeyOf, contactIdOf } from '@pochtar/store/book';
import type { Book, KeyName } from '../directory/book.ts';
import type { Filter, Substrings } from '../protocol/filter.ts';
import { typesOf } from '../schema/attributes.ts';
import { fold, foldPiece } from '../schema/fold.ts';

export interface Plan {
  /** How many slots it brings at most. */
  readonly cost: number;
  /** Adds them, some more than once. */
  collect(into: number[]): void;
  /** The same in rising order and each once, where they are so already. */
  readonly slots?: Uint32Array;
}

/** Plans by the text they look for: one filter asks for the same text in several attributes. */
type Texts = Map<string, Plan | null>;

const CONTACT = bookKeyOf({ id: 0 }).slice(0, -1);
const nothing: Plan = { cost: 0, collect: () => {} };
const keyNames: ReadonlyMap<string, KeyName> = new Map(
  (['mail', 'mailAlternateAddress', 'cn', 'sn', 'givenName'] as const).map((name) => [name, name]),
);
/** So few entries are looked at sooner than they are narrowed down. */
const FEW = 64;
/** Attributes whose values are made of what is in the lists of trigrams. */
const withTrigrams: ReadonlySet<string> = new Set([
  'mail',
  'mailAlternateAddress',
  'cn',
  'sn',
  'givenName',
  'displayName',
  'uid',
]);

/** null: every entry may fit. */
export function planOf(filter: Filter, book: Book, texts: Texts = new Map()): Plan | null {
  switch (filter.kind) {
    case 'and': {
      const plans = filter.parts.map((part) => planOf(part, book, texts)).filter((plan) => plan !== null);
      return plans.sort((a, b) => a.cost - b.cost)[0] ?? null;
    }
    case 'or':
      return together(filter.parts.map((part) => planOf(part, book, texts)));
    case 'equal':
      return equalPlan(filter.attribute, fold(filter.value), book);
    case 'substrings':
      return substringsPlan(filter, book, texts);
    case 'undefined':
      return nothing;
    case 'approx':
    case 'extensible':
    case 'greaterOrEqual':
    case 'lessOrEqual':
    case 'not':
    case 'present':
      return null;
  }
}

function equalPlan(attribute: string, text: string, book: Book): Plan | null {
  if (isUid(attribute)) {
    const range = rangePlan(book, 'mail', `${text}@`, 'beginningWith');
    return contactIdOf(text) === null ? range : withContacts(range, book);
  }
  return byKey(attribute, (name) => rangePlan(book, name, text, 'equal'));
}

/** It is what an address begins with, or the key of an external contact. */
function isUid(attribute: string): boolean {
  return typesOf(attribute)[0]?.name === 'uid';
}

/** An attribute that no entry has is never true; one without keys tells nothing. */
function byKey(attribute: string, plan: (name: KeyName) => Plan): Plan | null {
  const plans = typesOf(attribute).map(({ name }) => {
    const key = name === 'displayName' ? 'cn' : keyNames.get(name);
    return key === undefined ? null : plan(key);
  });
  return together(plans);
}

function together(plans: readonly (Plan | null)[]): Plan | null {
  const known = [...new Set(plans)].filter((plan) => plan !== null);
  if (plans.includes(null)) return null;
  const [only, ...others] = known;
  if (only !== undefined && others.length === 0) return only;
  return {
    cost: known.reduce((sum, { cost }) => sum + cost, 0),
    collect(into) {
      for (const plan of known) plan.collect(into);
    },
  };
}

function rangePlan(book: Book, name: KeyName, text: string, kind: 'equal' | 'beginningWith'): Plan {
  const keys = book.keys(name);
  const { from, to } = keys[kind](text);
  return {
    cost: to - from,
    collect(into) {
      for (let index = from; index < to; index++) into.push(keys.slotAt(index));
    },
  };
}

function substringsPlan(
  { attribute, initial, any, final }: Substrings,
  book: Book,
  texts: Texts,
): Plan | null {
  const plans: Plan[] = [];
  const start = initial === null ? '' : foldPiece(initial).trimStart();
  if (start !== '') {
    const range = isUid(attribute)
      ? uidsBeginningWith(start, book)
      : byKey(attribute, (name) => rangePlan(book, name, start, 'beginningWith'));
    // What begins alike is found by its place; who else has the text somewhere would only be looked at in vain.
    if (range !== null && range.cost <= FEW) return range;
    if (range !== null) plans.push(range);
  }
  if (typesOf(attribute).every(({ name }) => withTrigrams.has(name))) {
    for (const piece of [initial, ...any, final]) {
      const plan = piece === null ? null : textPlan(fold(piece), book, texts);
      if (plan !== null) plans.push(plan);
    }
  }
  return plans.sort((a, b) => a.cost - b.cost)[0] ?? null;
}

function uidsBeginningWith(start: string, book: Book): Plan {
  const range = rangePlan(book, 'mail', start, 'beginningWith');
  return start.startsWith(CONTACT) || CONTACT.startsWith(start) ? withContacts(range, book) : range;
}

function withContacts(range: Plan, book: Book): Plan {
  const contacts = book.contactSlots();
  if (contacts.length === 0) return range;
  return {
    cost: range.cost + contacts.length,
    collect(into) {
      range.collect(into);
      for (const slot of contacts) into.push(slot);
    },
  };
}

function textPlan(text: string, book: Book, texts: Texts): Plan | null {
  const known = texts.get(text);
  if (known !== undefined) return known;
  const slots = book.withText(text);
  const plan =
    slots === null ? null : { cost: slots.length, slots, collect: (into: number[]) => pushAll(into, slots) };
  texts.set(text, plan);
  return plan;
}

function pushAll(into: number[], slots: Uint32Array): void {
  for (const slot of slots) into.push(slot);
}
