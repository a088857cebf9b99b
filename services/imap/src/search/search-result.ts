// The answer to a search: SEARCH (RFC 3501 §7.2.5) or ESEARCH (RFC 9051 §7.3.4, RFC 4731 §3.1), with MODSEQ (RFC 7162
// §3.1.5), and what is kept of it (RFC 5182 §2.1).
import { formatSequenceSet } from '../syntax/sequence-set.ts';

export const RETURN_OPTIONS = ['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE'] as const;
export type ReturnOption = (typeof RETURN_OPTIONS)[number];

export interface SearchAnswer {
  tag: string;
  isUid: boolean;
  /** Null: the client asked for no ESEARCH. */
  options: ReadonlySet<ReturnOption> | null;
  /** Sequence numbers or UIDs, ascending. */
  numbers: readonly number[];
  /** Of the messages that are told; null unless the search was about MODSEQs. */
  modSeq: number | null;
}

export function formatSearchAnswer({ tag, isUid, options, numbers, modSeq }: SearchAnswer): string {
  if (options === null) {
    const found = numbers.length > 0 ? ` ${numbers.join(' ')}` : '';
    return `* SEARCH${found}${modSeq === null || numbers.length === 0 ? '' : ` (MODSEQ ${modSeq})`}\r\n`;
  }
  const items: string[] = [];
  const [first] = numbers;
  // RFC 9051 §7.3.4: of nothing there is no MIN, MAX or ALL.
  if (first !== undefined) {
    if (options.has('MIN')) items.push(`MIN ${first}`);
    if (options.has('MAX')) items.push(`MAX ${numbers.at(-1)}`);
    if (options.has('ALL')) items.push(`ALL ${formatSequenceSet(numbers)}`);
    if (modSeq !== null) items.push(`MODSEQ ${modSeq}`);
  }
  if (options.has('COUNT')) items.push(`COUNT ${numbers.length}`);
  return `* ESEARCH (TAG "${tag}")${isUid ? ' UID' : ''}${items.map((item) => ` ${item}`).join('')}\r\n`;
}

/**
 * RFC 7162 §3.1.10, RFC 4731 §3.2: of MIN and MAX it is the MODSEQ of those messages, the higher one of both; of
 * everything else the highest there is. Null when nothing was found.
 */
export function modSeqOf(
  options: ReadonlySet<ReturnOption> | null,
  modSeqs: readonly number[],
): number | null {
  const [first] = modSeqs;
  if (first === undefined) return null;
  const isOfEnds = options !== null && !options.has('ALL') && !options.has('COUNT');
  if (isOfEnds && (options.has('MIN') || options.has('MAX'))) {
    const ends: number[] = [];
    if (options.has('MIN')) ends.push(first);
    if (options.has('MAX')) ends.push(modSeqs.at(-1) as number);
    return Math.max(...ends);
  }
  return modSeqs.reduce((highest, each) => Math.max(highest, each), 0);
}

/** RFC 9051 §6.4.4.1: what SAVE keeps depends on what else was asked for. */
export function savedOf(options: ReadonlySet<ReturnOption>, uids: readonly number[]): Uint32Array {
  const hasAll = options.has('ALL') || options.has('COUNT');
  if (hasAll || (!options.has('MIN') && !options.has('MAX'))) return Uint32Array.from(uids);
  const ends = new Set<number>();
  const [first] = uids;
  const last = uids.at(-1);
  if (options.has('MIN') && first !== undefined) ends.add(first);
  if (options.has('MAX') && last !== undefined) ends.add(last);
  return Uint32Array.from(ends);
}
