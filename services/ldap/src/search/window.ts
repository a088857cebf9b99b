// Which part of a sorted list a list view shows (draft-ietf-ldapext-ldapv3-vlv-09 §6.1).
import type { ListViewRequest } from '../protocol/controls/list-view.ts';

/** Entries of one window. */
const MAX_WINDOW = 1000;

export interface Window {
  /** Of the target, counted from 1; one behind the last when every value is below it. */
  position: number;
  /** Indexes of the list. */
  from: number;
  to: number;
}

/** `firstNotBelow` answers the index of a value's place in a list of `count`. */
export function windowOf(
  { before, after, target }: ListViewRequest,
  count: number,
  firstNotBelow: (value: string) => number,
): Window {
  const position = 'value' in target ? firstNotBelow(target.value) + 1 : placeOf(target, count);
  const from = Math.max(0, position - 1 - before);
  return { position, from, to: Math.min(count, position + after, from + MAX_WINDOW) };
}

/** The client's place among as many as it believes there are, as one among those that are there. */
function placeOf({ offset, count: believed }: { offset: number; count: number }, count: number): number {
  if (count === 0) return 0;
  const isFirst = offset <= 1;
  const isLast = believed > 0 && offset >= believed;
  if (isFirst) return 1;
  if (isLast) return count;
  const place = believed === 0 || believed === count ? offset : Math.round((count * offset) / believed);
  return Math.min(count, Math.max(1, place));
}
