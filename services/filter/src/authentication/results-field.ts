// What was found, as the one Authentication-Results field of this server. RFC 8601.
import { authenticationResultsField, type MethodResult } from '@pochtar/mail';
import type { MailToJudge } from '@pochtar/store/queue';
import { CLIENT_UNKNOWN, type DkimFinding, type Findings } from './findings.ts';

type Property = NonNullable<MethodResult['properties']>[number];

/** What is told beside the findings. */
export interface ToldBeside {
  /** Signatures that nobody looked at. */
  unchecked: number;
  /** What acceptance found of the client's name. */
  mail: Pick<MailToJudge, 'iprev' | 'clientAddress'>;
}

export function resultsField(authservId: string, findings: Findings, beside: ToldBeside): Buffer {
  const { iprev, clientAddress } = beside.mail;
  const results = methodResults(findings, beside.unchecked);
  // RFC 8601 §2.7.3: policy.iprev is the address that was looked up.
  if (iprev && clientAddress !== null) {
    const properties: Property[] = [{ type: 'policy', name: 'iprev', value: clientAddress }];
    results.push({ method: 'iprev', result: iprev, properties });
  }
  return Buffer.from(authenticationResultsField(authservId, results), 'latin1');
}

function methodResults({ spf, dkim, arc, dmarc }: Findings, unchecked: number): MethodResult[] {
  const results: MethodResult[] = dkim.map(dkimResult);
  // RFC 8601 §2.7.1: signed, and not acceptable here.
  if (unchecked > 0) results.push({ method: 'dkim', result: 'policy', reason: uncheckedReason(unchecked) });
  if (results.length === 0) results.push({ method: 'dkim', result: 'none' });
  if (spf !== null) {
    results.push({
      ...{ method: 'spf', result: spf.result, reason: spf.isClientUnknown ? CLIENT_UNKNOWN : null },
      properties: [{ type: 'smtp', name: spf.identity, value: spf.value }],
    });
  }
  if (arc !== null) results.push({ method: 'arc', result: arc.result, reason: arc.comment });
  // RFC 9989 §9.1: policy.dmarc is what the author's domain asks for.
  const properties: Property[] = [];
  if (dmarc.from !== null) properties.push({ type: 'header', name: 'from', value: dmarc.from });
  if (dmarc.policy !== null) properties.push({ type: 'policy', name: 'dmarc', value: dmarc.policy });
  results.push({ method: 'dmarc', result: dmarc.result, reason: dmarc.comment, properties });
  return results;
}

function uncheckedReason(unchecked: number): string {
  return `${unchecked} more signatures than are looked at`;
}

function dkimResult({ result, comment, domain, selector, algorithm, signature }: DkimFinding): MethodResult {
  const named = { d: domain, s: selector, a: algorithm, b: signature };
  const properties = Object.entries(named).flatMap(([name, value]): Property[] =>
    value ? [{ type: 'header', name, value }] : [],
  );
  return { method: 'dkim', result, reason: comment, properties };
}
