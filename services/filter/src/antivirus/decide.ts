// What becomes of a mail after its scan: results and settings in, decision out. Every enabled scanner must pass.
import { infectionReason } from '@pochtar/mail';
import type { AntivirusSettings } from '@pochtar/settings';
import type { ScanResult } from './scanner.ts';

export interface ScannerResult {
  scanner: string;
  result: ScanResult;
}

export type Decision =
  | { kind: 'pass'; reason: string }
  /** Delivered with a field that says that nobody looked. */
  | { kind: 'tag'; reason: string }
  | { kind: 'wait'; reason: string }
  | { kind: 'bounce'; reason: string }
  /** Waits for a person. Delivery tells the sender of submitted mail. */
  | { kind: 'hold'; reason: string }
  /** The recipient gets the report with the mail attached. */
  | { kind: 'replace'; reason: string; virus: string; scanner: string };

export function decide(
  results: readonly ScannerResult[],
  settings: AntivirusSettings,
  origin: 'incoming' | 'submitted' | 'system',
): Decision {
  for (const { scanner, result } of results) {
    if (result.kind !== 'infected') continue;
    const reason = infectionReason({ virus: result.virus, scanner });
    const isHeld = origin === 'submitted' && settings.onInfectedOutgoing === 'quarantine';
    return isHeld ? { kind: 'hold', reason } : { kind: 'replace', reason, virus: result.virus, scanner };
  }
  // A scanner that may still answer comes before one that can never look: its finding would decide.
  for (const { result } of results) if (result.kind === 'error') return unanswered(result.reason, settings);
  for (const { result } of results)
    if (result.kind === 'unscannable') return unscannable(result.reason, settings);
  // No scan, no pass: the mail has this filter on its slip, whatever was switched off since.
  if (results.length === 0) return { kind: 'wait', reason: 'no scanner is switched on' };
  return { kind: 'pass', reason: `clean (${results.map(({ scanner }) => scanner).join(', ')})` };
}

function unanswered(reason: string, { onScannerFailure }: AntivirusSettings): Decision {
  if (onScannerFailure === 'deliver') return { kind: 'tag', reason: `delivered unscanned: ${reason}` };
  if (onScannerFailure === 'bounce') return { kind: 'bounce', reason: `it could not be scanned: ${reason}` };
  return { kind: 'wait', reason };
}

/** By antivirus.onUnscannable. */
function unscannable(reason: string, { onUnscannable }: AntivirusSettings): Decision {
  if (onUnscannable === 'deliverTagged') return { kind: 'tag', reason: `delivered unscanned: ${reason}` };
  if (onUnscannable === 'bounce') return { kind: 'bounce', reason: `it cannot be scanned: ${reason}` };
  return { kind: 'hold', reason: `it cannot be scanned: ${reason}` };
}
