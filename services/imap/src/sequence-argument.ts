// A sequence set as an argument; `$` is the result of the last SEARCH that was saved (RFC 9051 §6.4.4.1).
import type { Cursor } from './syntax/cursor.ts';
import { parseSequenceSet, type SequenceSet } from './syntax/sequence-set.ts';

export function readSequenceSet(cursor: Cursor): SequenceSet | '$' {
  return cursor.take('$') ? '$' : parseSequenceSet(cursor.sequenceSet());
}
