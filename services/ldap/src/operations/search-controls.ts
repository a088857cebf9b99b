// The controls of a search: what they ask, and which go together.
import { MalformedBer } from '../ber/malformed.ts';
import { LIST_VIEW, type ListViewRequest, readListViewRequest } from '../protocol/controls/list-view.ts';
import { type PageRequest, PAGING, readPageRequest } from '../protocol/controls/paging.ts';
import { readSortKeys, type SortKey, SORTING } from '../protocol/controls/sorting.ts';
import type { Control } from '../protocol/message.ts';
import { Refused } from '../protocol/result.ts';

export interface SearchControls {
  page: PageRequest | null;
  sort: { keys: readonly SortKey[]; isCritical: boolean } | null;
  view: ListViewRequest | null;
}

export function readSearchControls(controls: readonly Control[]): SearchControls {
  const page = valueOf(controls, PAGING, readPageRequest);
  const keys = valueOf(controls, SORTING, readSortKeys);
  const view = valueOf(controls, LIST_VIEW, readListViewRequest);
  if (page !== null && view !== null) {
    throw new Refused('unwillingToPerform', 'a list view is a page already: ask for one of the two');
  }
  const isCritical = controls.some((control) => control.oid === SORTING && control.isCritical);
  return { page, sort: keys === null ? null : { keys, isCritical }, view };
}

/** RFC 4511 §4.1.11: a control whose value can't be read is a fault of the request, and of nothing more. */
function valueOf<Value>(
  controls: readonly Control[],
  oid: string,
  read: (value: Buffer) => Value,
): Value | null {
  const control = controls.find((one) => one.oid === oid);
  if (control === undefined) return null;
  try {
    if (control.value === null) throw new MalformedBer('no value');
    return read(control.value);
  } catch (error) {
    if (!(error instanceof MalformedBer)) throw error;
    throw new Refused('protocolError', `the control ${oid}: ${error.message}`);
  }
}
