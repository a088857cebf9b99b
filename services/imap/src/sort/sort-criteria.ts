// The criteria of SORT (RFC 5256 §3), with DISPLAYFROM and DISPLAYTO (RFC 5957 §3).
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';

const KEYS = ['ARRIVAL', 'CC', 'DATE', 'DISPLAYFROM', 'DISPLAYTO', 'FROM', 'SIZE', 'SUBJECT', 'TO'] as const;
export type SortKey = (typeof KEYS)[number];

export interface SortCriterion {
  key: SortKey;
  isReverse: boolean;
}

/** Those behind the first of a key can't change anything, and are left out: as many as there are keys remain. */
const MAX_CRITERIA = 100;

/** `(SUBJECT REVERSE DATE)` */
export function parseSortCriteria(cursor: Cursor): SortCriterion[] {
  let count = 0;
  const criteria = new Map<SortKey, SortCriterion>();
  cursor.list(() => {
    if (++count > MAX_CRITERIA) throw new BadSyntax('too many sort criteria');
    let isReverse = false;
    let word = cursor.word();
    // RFC 5256 §3: it reverses the key behind it, and only that.
    if (word === 'REVERSE') {
      cursor.space();
      isReverse = true;
      word = cursor.word();
    }
    const key = KEYS.find((each) => each === word);
    if (key === undefined) throw new BadSyntax('unknown sort criterion');
    if (!criteria.has(key)) criteria.set(key, { key, isReverse });
  });
  if (criteria.size === 0) throw new BadSyntax('no sort criterion');
  return [...criteria.values()];
}
