// Which controls each operation knows (RFC 4511 §4.1.11). One that is not known and not critical is passed over.
import { LIST_VIEW } from './controls/list-view.ts';
import { MANAGE_DSA_IT } from './controls/manage-dsa-it.ts';
import { PAGING } from './controls/paging.ts';
import { SORTING } from './controls/sorting.ts';
import type { Control } from './message.ts';
import type { Request } from './request.ts';
import { Refused } from './result.ts';

const known: ReadonlySet<string> = new Set([MANAGE_DSA_IT]);
const knownToSearch: ReadonlySet<string> = new Set([PAGING, SORTING, LIST_VIEW, MANAGE_DSA_IT]);

/** Why the operation may not be done; null when it may. */
export function criticalFault(kind: Request['kind'], controls: readonly Control[]): Refused | null {
  const names = kind === 'search' ? knownToSearch : known;
  const unknown = controls.find(({ oid, isCritical }) => isCritical && !names.has(oid));
  if (unknown === undefined) return null;
  return new Refused('unavailableCriticalExtension', `the control ${unknown.oid} is not known here`);
}
