// What the verdicts of a mail's slip mean together, and which of them says so. The one place that decides it.
//
// No scan, no pass: without a verdict of every filter on the slip nothing is decided. A refusal counts before a
// quarantine, because its sender is told and nothing is lost; a quarantine before a discard, because it keeps the
// mail. What verdicts make of the content together is said in combined-edits.ts.
//
// What is said of single recipients is resolved before (`recipientGroups`): recipients of whom something different is
// said go on as a mail of their own.
import { combinedEdits, replacements } from './combined-edits.ts';
import type { QueuedRecipient, StoredVerdict } from './load-mail.ts';

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
    const verdict = mail.verdicts.find((given) => given.filter === filter && given.recipient === '');
    if (verdict === undefined) return { kind: 'notReady', filter };
    inOrder.push(verdict);
  }
  return (
    seriousDecision(inOrder, mail.releasedFilters) ??
    undone(inOrder, mail.releasedFilters) ??
    edits(inOrder, mail.removedAtAcceptance)
  );
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

/**
 * Two replacements: the virus report is delivered, with the original attached. Where an earlier filter replaced the
 * original, it must not be undone by that: the mail waits until a person lets that filter's replacement go.
 */
function undone(verdicts: readonly StoredVerdict[], released: readonly string[]): Decision | null {
  const slip = verdicts.map(({ filter }) => filter);
  const [first, ...others] = replacements(slip, verdicts);
  if (first === undefined || first.filter === 'antivirus' || released.includes(first.filter)) return null;
  if (!others.some(({ filter }) => filter === 'antivirus')) return null;
  const reason = `its content is replaced by ${first.filter}, and by a virus report that has the original attached`;
  return { kind: 'hold', filter: first.filter, reason };
}

function edits(verdicts: readonly StoredVerdict[], removedAtAcceptance: readonly number[] | null): Decision {
  const slip = verdicts.map(({ filter }) => filter);
  const combined = combinedEdits(slip, verdicts, removedAtAcceptance);
  if (combined.kind === 'replace') return combined;
  return { kind: 'deliver', prefix: combined.prefix, removed: combined.removed };
}

/** Where local delivery puts the mail instead of INBOX: what the first filter on the slip says that says something. */
export function targetOf(slip: readonly string[], verdicts: readonly StoredVerdict[]): string | null {
  for (const filter of slip) {
    const target = verdicts.find((verdict) => verdict.filter === filter && verdict.recipient === '')?.target;
    if (target) return target;
  }
  return null;
}

export interface RecipientGroup {
  addresses: string[];
  /** What each filter says of these: one verdict a filter. */
  verdicts: StoredVerdict[];
}

/**
 * Recipients of whom the filters say the same. What is said of one counts instead of the verdict on the mail, for the
 * recipient itself and for those that its alias or group led to.
 */
export function recipientGroups(
  recipients: readonly Pick<QueuedRecipient, 'address' | 'expandedFrom'>[],
  verdicts: readonly StoredVerdict[],
): RecipientGroup[] {
  const filters = [...new Set(verdicts.map(({ filter }) => filter))];
  const groups = new Map<string, RecipientGroup>();
  for (const { address, expandedFrom } of recipients) {
    const said = filters.flatMap((name) => {
      const given = verdicts.filter(({ filter }) => filter === name);
      const of = (who: string | null) => given.find(({ recipient }) => recipient === who);
      return of(address) ?? of(expandedFrom) ?? of('') ?? [];
    });
    const key = JSON.stringify(said.map((verdict) => ({ ...verdict, recipient: '', at: null })));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { addresses: [address], verdicts: said });
    else group.addresses.push(address);
  }
  return [...groups.values()];
}
