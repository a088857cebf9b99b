// Sorting on the server (RFC 2891): which keys can be sorted by, and slots in their order.
import { type Book, type KeyName, keysOf } from '../directory/book.ts';
import type { SortKey } from '../protocol/controls/sorting.ts';
import { codes } from '../protocol/result.ts';
import { typesOf } from '../schema/attributes.ts';
import { ruleNamed } from '../schema/matching-rules.ts';

export interface Order {
  readonly keys: readonly { readonly name: KeyName; readonly isReversed: boolean }[];
}

/** What a sort control comes to when it can't be done: RFC 2891 §1.2. */
export interface OrderFault {
  readonly code: number;
  readonly attribute: string;
}

/** More than these are put in order by one key alone, along the keys that are in order already. */
const MAX_COMPARED = 2000;
const ORDERING_RULES = new Set(['caseignoreorderingmatch', '2.5.13.3']);
const sortable: ReadonlyMap<string, KeyName> = new Map([
  ['cn', 'cn'],
  ['displayName', 'cn'],
  ['sn', 'sn'],
  ['givenName', 'givenName'],
  ['mail', 'mail'],
  ['uid', 'mail'],
]);

export function readOrder(keys: readonly SortKey[]): Order | OrderFault {
  const read: { name: KeyName; isReversed: boolean }[] = [];
  for (const { attribute, rule, isReversed } of keys) {
    const [type, ...others] = typesOf(attribute);
    if (type === undefined) return { code: codes.noSuchAttribute, attribute };
    const name = others.length === 0 ? sortable.get(type.name) : undefined;
    if (name === undefined) return { code: codes.unwillingToPerform, attribute };
    const isKnown =
      rule === null || ORDERING_RULES.has(rule.toLowerCase()) || ruleNamed(rule)?.syntax === 'text';
    if (!isKnown) return { code: codes.inappropriateMatching, attribute };
    read.push({ name, isReversed });
  }
  return { keys: read };
}

/** RFC 2891 §2.2: an entry without the attribute comes last, and first in the reverse order. */
export function inOrder(slots: readonly number[], order: Order, book: Book): number[] {
  if (slots.length > MAX_COMPARED) return alongKeys(slots, order, book);
  const valued = slots.map((slot) => ({
    slot,
    values: order.keys.map(({ name }) => sortValue(slot, name, book)),
  }));
  valued.sort((a, b) => {
    for (const [index, { isReversed }] of order.keys.entries()) {
      const compared = compare(a.values[index] ?? null, b.values[index] ?? null);
      if (compared !== 0) return isReversed ? -compared : compared;
    }
    return a.slot - b.slot;
  });
  return valued.map(({ slot }) => slot);
}

/** The value that an entry is sorted by; null: it has none. */
export function sortValue(slot: number, name: KeyName, book: Book): string | null {
  const entry = book.at(slot);
  return entry === undefined ? null : (keysOf(entry, name)[0] ?? null);
}

function compare(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

function alongKeys(slots: readonly number[], { keys: [first] }: Order, book: Book): number[] {
  if (first === undefined) return [...slots];
  const left = new Set(slots);
  const ordered: number[] = [];
  const keys = book.keys(first.name);
  for (let index = 0; index < keys.size; index++) {
    const slot = keys.slotAt(index);
    if (left.delete(slot)) ordered.push(slot);
  }
  ordered.push(...left);
  return first.isReversed ? ordered.toReversed() : ordered;
}
