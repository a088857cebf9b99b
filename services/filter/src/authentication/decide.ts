// What becomes of a mail by what was found of its origin: findings and settings in, decision out.
import type { DkimSettings } from '@pochtar/settings';
import type { Findings } from './findings.ts';

export interface Decision {
  /** wait: what could not be asked may be answered later. */
  kind: 'deliver' | 'tag' | 'junk' | 'hold' | 'reject' | 'wait';
  reason: string;
  /** The settings that say so. */
  decidedBy?: readonly string[];
}

/** So often a mail waits for the DNS (15 and 30 s), then it is judged by what is known. */
const MAX_WAITS = 2;

export function decide(
  findings: Findings,
  onDmarcFail: DkimSettings['onDmarcFail'],
  waits: number,
): Decision {
  const { dmarc } = findings;
  const reason = summary(findings);
  // RFC 9989 §5.4: without an answer of the author's domain nothing is held against its mail.
  if (dmarc.result === 'temperror') return { kind: waits < MAX_WAITS ? 'wait' : 'deliver', reason };
  if (dmarc.result !== 'fail') return { kind: 'deliver', reason };
  const decided = { reason, decidedBy: ['dkim.onDmarcFail'] };
  if (onDmarcFail === 'tag' || onDmarcFail === 'junk') return { kind: onDmarcFail, ...decided };
  if (onDmarcFail === 'quarantine') return { kind: 'hold', ...decided };
  if (dmarc.policy === 'quarantine') return { kind: 'junk', ...decided };
  if (dmarc.policy !== 'reject') return { kind: 'deliver', ...decided };
  // The mail was taken: to reject it is to send its envelope's sender a notice. Where nothing confirms that sender, the
  // notice would go to somebody who never wrote, so the mail waits for a person instead.
  return { kind: findings.spf?.result === 'pass' ? 'reject' : 'hold', ...decided };
}

function summary({ spf, dkim, dmarc }: Findings): string {
  const signatures = dkim.map(({ result, domain }) => `dkim=${result} (${domain ?? 'no domain'})`);
  const policy = dmarc.policy === null ? '' : ` (${dmarc.from}: ${dmarc.policy})`;
  return [`dmarc=${dmarc.result}${policy}`, `spf=${spf?.result ?? 'none'}`, ...signatures].join(', ');
}
