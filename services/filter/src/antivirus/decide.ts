// What becomes of a mail after its scan: results and settings in, decision out. Every enabled scanner must pass.
import { infectionReason } from '@pochtar/mail';
import type { AntivirusSettings } from '@pochtar/settings';
import type { ScanResult } from './scanner.ts';

export interface ScannerResult {
  scanner: string;
  result: ScanResult;
}

export type Decision = (
  | { kind: 'pass' }
  /** Delivered with a field that says that nobody looked. */
  | { kind: 'tag' }
  | { kind: 'wait' }
  | { kind: 'bounce' }
  /** Waits for a person. Delivery tells the sender of submitted mail. */
  | { kind: 'hold' }
  /** The recipient gets the report with the mail attached. */
  | { kind: 'replace'; virus: string; scanner: string }
) & {
  reason: string;
  /** The settings that say so. */
  decidedBy?: readonly string[];
};

/** Stands for a scanner where the mail is larger than any is given. */
export const OVERSIZE = 'size';

interface Unscannable {
  scanner: string;
  reason: string;
}

export function decide(
  results: readonly ScannerResult[],
  settings: AntivirusSettings,
  origin: 'incoming' | 'submitted' | 'system',
): Decision {
  for (const { scanner, result } of results) {
    if (result.kind !== 'infected') continue;
    const reason = infectionReason({ virus: result.virus, scanner });
    const isOurs = origin === 'submitted';
    const decided = { reason, ...(isOurs && { decidedBy: ['antivirus.onInfectedOutgoing'] }) };
    const isHeld = isOurs && settings.onInfectedOutgoing === 'quarantine';
    return isHeld
      ? { kind: 'hold', ...decided }
      : { kind: 'replace', ...decided, virus: result.virus, scanner };
  }
  // A scanner that may still answer comes before one that can never look: its finding would decide.
  for (const { result } of results) if (result.kind === 'error') return unanswered(result.reason, settings);
  for (const { scanner, result } of results)
    if (result.kind === 'unscannable') return unscannable({ scanner, reason: result.reason }, settings);
  // No scan, no pass: the mail has this filter on its slip, whatever was switched off since.
  if (results.length === 0) return { kind: 'wait', reason: 'no scanner is switched on' };
  return { kind: 'pass', reason: `clean (${results.map(({ scanner }) => scanner).join(', ')})` };
}

function unanswered(reason: string, { onScannerFailure }: AntivirusSettings): Decision {
  const decidedBy = ['antivirus.onScannerFailure'];
  if (onScannerFailure === 'deliver')
    return { kind: 'tag', reason: `delivered unscanned: ${reason}`, decidedBy };
  if (onScannerFailure === 'bounce')
    return { kind: 'bounce', reason: `it could not be scanned: ${reason}`, decidedBy };
  return { kind: 'wait', reason, decidedBy };
}

function unscannable({ scanner, reason }: Unscannable, { onUnscannable }: AntivirusSettings): Decision {
  const decidedBy = [...(scanner === OVERSIZE ? ['antivirus.maxScanSizeMb'] : []), 'antivirus.onUnscannable'];
  if (onUnscannable === 'deliverTagged')
    return { kind: 'tag', reason: `delivered unscanned: ${reason}`, decidedBy };
  const why = `it cannot be scanned: ${reason}`;
  return { kind: onUnscannable === 'bounce' ? 'bounce' : 'hold', reason: why, decidedBy };
}
