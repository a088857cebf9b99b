// What the verdicts of a mail's slip mean together, and which of them says so. The one place that decides it.
//
// No scan, no pass: without a verdict of every filter on the slip nothing is decided. A refusal counts before a
// quarantine, because its sender is told and nothing is lost; a quarantine before a discard, because it keeps the
// mail. A replacement is taken from the first filter on the slip that has one; edits that belong to the original
// do not apply to it.
import type { StoredVerdict } from '@pochtar/store/queue';

export type Decision =
  /** The filter has given no verdict yet. */
  | { kind: 'notReady'; filter: string }
  | { kind: 'reject' | 'hold' | 'discard'; filter: string; reason: string }
  | { kind: 'replace'; contentId: string; filter: string }
  /** Fields in front and ranges left out, both null when there are none. */
  | { kind: 'deliver'; prefix: Buffer | null; removed: number[] | null };

export interface Judged {
  slip: readonly string[];
  verdicts: readonly StoredVerdict[];
  /** Filters whose quarantine a person has let pass. */
  releasedFilters: readonly string[];
  /** Ranges that were left out of the original when it was accepted. */
  removedAtAcceptance: readonly number[] | null;
}

/** The most serious verdict first; the first on the slip among equals. */
const SERIOUS = ['reject', 'quarantine', 'defer', 'discard'] as const;

export function combineVerdicts(mail: Judged): Decision {
  const inOrder: StoredVerdict[] = [];
  for (const filter of mail.slip) {
    const verdict = mail.verdicts.find((given) => given.filter === filter);
    if (verdict === undefined) return { kind: 'notReady', filter };
    inOrder.push(verdict);
  }
  return seriousDecision(inOrder, mail.releasedFilters) ?? edits(inOrder, mail.removedAtAcceptance);
}

function seriousDecision(verdicts: readonly StoredVerdict[], released: readonly string[]): Decision | null {
  for (const result of SERIOUS) {
    const isFinal = result === 'reject' || result === 'discard';
    const verdict = verdicts.find(
      (given) => given.result === result && (isFinal || !released.includes(given.filter)),
    );
    if (verdict === undefined) continue;
    const { filter, reason } = verdict;
    // A filter that cannot say parks the mail; a stored 'defer' is a mail that nobody would ever look at again.
    return { kind: isFinal ? result : 'hold', filter, reason };
  }
  return null;
}

function edits(verdicts: readonly StoredVerdict[], removedAtAcceptance: readonly number[] | null): Decision {
  for (const { filter, replacementContentId } of verdicts) {
    if (replacementContentId !== null) return { kind: 'replace', contentId: replacementContentId, filter };
  }
  // Each filter puts its fields in front of what those before it left.
  const prefixes = verdicts.toReversed().flatMap(({ prefix }) => prefix ?? []);
  const removed = mergeRanges([
    removedAtAcceptance ?? [],
    ...verdicts.map((verdict) => verdict.removed ?? []),
  ]);
  return {
    kind: 'deliver',
    prefix: prefixes.length === 0 ? null : Buffer.concat(prefixes),
    removed: removed.length === 0 ? null : removed,
  };
}

/** The verdict whose replacement is delivered: the first on the slip that has one. */
export function replacing(
  slip: readonly string[],
  verdicts: readonly StoredVerdict[],
): StoredVerdict | undefined {
  const given = verdicts.filter(({ replacementContentId }) => replacementContentId !== null);
  return given.toSorted((one, other) => slip.indexOf(one.filter) - slip.indexOf(other.filter))[0];
}

/** The union of lists of [start, end) ranges, ascending and without overlap. */
export function mergeRanges(lists: readonly (readonly number[])[]): number[] {
  const pairs: [number, number][] = [];
  for (const list of lists) {
    for (let index = 0; index + 1 < list.length; index += 2) {
      const [start, end] = [list[index] as number, list[index + 1] as number];
      if (start < end) pairs.push([start, end]);
    }
  }
  pairs.sort(([first], [second]) => first - second);
  const merged: number[] = [];
  for (const [start, end] of pairs) {
    const last = merged.length - 1;
    if (last > 0 && start <= (merged[last] as number)) merged[last] = Math.max(merged[last] as number, end);
    else merged.push(start, end);
  }
  return merged;
}
