// The answer to a search: SEARCH (RFC 3501 §7.2.5), SORT (RFC 5256 §4) or ESEARCH (RFC 9051 §7.3.4, RFC 4731 §3.1), with
// MODSEQ (RFC 7162 §3.1.5), and what is kept of it (RFC 5182 §2.1).
import { formatSequenceSet } from '../syntax/sequence-set.ts';
import { placesOf, type ReturnOptions } from './return-options.ts';

export interface SearchAnswer {
  /** What it is called where the client asked for no ESEARCH. */
  name: 'SEARCH' | 'SORT';
  tag: string;
  isUid: boolean;
  /** Null: the client asked for no ESEARCH. */
  options: ReturnOptions | null;
  /** Sequence numbers or UIDs: ascending, or as they were sorted. */
  numbers: readonly number[];
  /** Of the messages that are told; null unless the search was about MODSEQs. */
  modSeq: number | null;
}

export function formatSearchAnswer({ name, tag, isUid, options, numbers, modSeq }: SearchAnswer): string {
  if (options === null) {
    const found = numbers.length > 0 ? ` ${numbers.join(' ')}` : '';
    return `* ${name}${found}${modSeq === null || numbers.length === 0 ? '' : ` (MODSEQ ${modSeq})`}\r\n`;
  }
  const { asked, page } = options;
  const items: string[] = [];
  const [first] = numbers;
  // RFC 9051 §7.3.4: of nothing there is no MIN, MAX or ALL. RFC 5267 §3: of what is sorted, the first, the last, and all in
  // their order.
  if (first !== undefined) {
    if (asked.has('MIN')) items.push(`MIN ${first}`);
    if (asked.has('MAX')) items.push(`MAX ${numbers.at(-1)}`);
    if (asked.has('ALL')) items.push(`ALL ${formatSequenceSet(numbers)}`);
    if (modSeq !== null) items.push(`MODSEQ ${modSeq}`);
  }
  if (page !== null) {
    // RFC 9394 §3.1: NIL where there are no results in this page.
    const set = formatSequenceSet(numbers.slice(...placesOf(page, numbers.length)));
    items.push(`PARTIAL (${page.text} ${set === '' ? 'NIL' : set})`);
  }
  if (asked.has('COUNT')) items.push(`COUNT ${numbers.length}`);
  return `* ESEARCH (TAG "${tag}")${isUid ? ' UID' : ''}${items.map((item) => ` ${item}`).join('')}\r\n`;
}

/**
 * RFC 7162 §3.1.10, RFC 4731 §3.2: of MIN and MAX it is the MODSEQ of those messages, the higher one of both; of
 * everything else the highest there is. Null when nothing was found.
 */
export function modSeqOf(options: ReturnOptions | null, modSeqs: readonly number[]): number | null {
  const [first] = modSeqs;
  if (first === undefined) return null;
  const asked = options?.asked;
  const isOfEnds =
    asked !== undefined && !(['ALL', 'COUNT', 'PARTIAL'] as const).some((each) => asked.has(each));
  if (isOfEnds && (asked.has('MIN') || asked.has('MAX'))) {
    const ends: number[] = [];
    if (asked.has('MIN')) ends.push(first);
    if (asked.has('MAX')) ends.push(modSeqs.at(-1) as number);
    return Math.max(...ends);
  }
  return modSeqs.reduce((highest, each) => Math.max(highest, each), 0);
}

/** RFC 9051 §6.4.4.1, RFC 9394 §3.3: what SAVE keeps depends on what else was asked for. Ascending. */
export function savedOf({ asked, page }: ReturnOptions, uids: readonly number[]): Uint32Array {
  const hasEnds = asked.has('MIN') || asked.has('MAX');
  const hasAll = asked.has('ALL') || asked.has('COUNT');
  if (page === null && (hasAll || !hasEnds)) return Uint32Array.from(uids).sort();
  const kept = new Set<number>(page === null ? [] : uids.slice(...placesOf(page, uids.length)));
  const [first] = uids;
  const last = uids.at(-1);
  if (asked.has('MIN') && first !== undefined) kept.add(first);
  if (asked.has('MAX') && last !== undefined) kept.add(last);
  return Uint32Array.from(kept).sort();
}
