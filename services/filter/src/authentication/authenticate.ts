// Asks mailauth what is known of a mail's origin: SPF (RFC 7208), DKIM (RFC 6376, 8301, 8463), ARC (RFC 8617) and DMARC
// (RFC 9989, which has taken the place of RFC 7489). Runs in a thread; every name is asked of `ask`.
import { arc } from 'mailauth/lib/arc/index.js';
import { evaluateDmarc } from 'mailauth/lib/dmarc/index.js';
import { spf } from 'mailauth/lib/spf/index.js';
import { getAlignment } from 'mailauth/lib/tools.js';
import type { DKIMResult, DMARCResult, DNSResolver } from 'mailauth';
import {
  type ArcFinding,
  CLIENT_UNKNOWN,
  type DkimFinding,
  type DmarcFinding,
  type Findings,
  type SpfFinding,
} from './findings.ts';
import type { DnsAnswer } from './mail-dns.ts';
import { SignatureVerifier } from './signature-verifier.ts';

/** What is known of the client and its envelope. */
export interface Envelope {
  /** '' is the null reverse path. */
  reversePath: string;
  helo: string;
  /** Null: nobody connected. */
  clientAddress: string | null;
  /** The address hides where its clients come from (ADR 29): it says nothing of who is allowed to send. */
  isClientHidden?: boolean;
  /** This server's name. */
  receiver: string;
  /** What SPF said while the client was connected: it is not asked again. */
  spf?: SpfFinding | null | undefined;
}

export type Ask = (name: string, type: string) => Promise<DnsAnswer>;

/** RFC 8301 §3.2: shorter keys are no proof. */
const MIN_BITS = 1024;
/** Of From fields that name several domains, so many are looked at. */
const MAX_AUTHORS = 5;
/** RFC 6376 §5.4.2, RFC 8301 §3.1 and the like are kept to the letter. */
const strict = true;

export interface Message {
  /** With its blank line. */
  header: Buffer;
  body: AsyncIterable<Uint8Array>;
}

export async function authenticate(message: Message, envelope: Envelope, ask: Ask): Promise<Findings> {
  const resolver = resolverOf(ask);
  const options = { resolver, strict, minBitLength: MIN_BITS };
  const verified = new SignatureVerifier({ ...options, sender: envelope.reversePath });
  const [spfFinding] = await Promise.all([
    spfOf(envelope, resolver),
    verified.verify(message.header, message.body),
  ]);
  const dkim = verified.results.filter(({ status }) => status.result !== 'none').map(dkimFinding);
  const chain = await arc(verified.arc, options);
  const { headerFrom, fromFields } = verified;
  const dmarc = await checkDmarc({ headerFrom, fromFields, spf: spfFinding, dkim, resolver });
  return { spf: spfFinding, dkim, arc: arcFinding(chain.status), dmarc };
}

/** Of a sender whose mail is not there yet. */
export async function authenticateSender(envelope: Envelope, ask: Ask): Promise<Findings> {
  const spfFinding = await checkSpf(envelope, resolverOf(ask));
  return {
    ...{ spf: spfFinding, dkim: [], arc: null },
    dmarc: { result: 'none', from: null, policy: null, comment: null },
  };
}

/** mailauth's questions: an answer that is not there is thrown with its code. */
function resolverOf(ask: Ask): DNSResolver {
  return async (name, type) => {
    const answer = await ask(name, type);
    if ('records' in answer) return answer.records as string[][];
    throw Object.assign(new Error(answer.message), { code: answer.code });
  };
}

async function spfOf(envelope: Envelope, resolver: DNSResolver): Promise<SpfFinding | null> {
  // What was said while the client was connected may be older than what is known of its address.
  if (envelope.isClientHidden) return unknownClient(envelope);
  return envelope.spf ?? checkSpf(envelope, resolver);
}

/** RFC 7208 §2.6.1: nothing can be said of an address that is not the client's; by RFC 8601 §2.7.2 that is "none". */
function unknownClient({ reversePath, helo }: Envelope): SpfFinding {
  const of = { result: 'none', isClientUnknown: true } as const;
  if (reversePath === '') return { ...of, identity: 'helo', value: helo, domain: helo };
  const domain = reversePath.slice(reversePath.lastIndexOf('@') + 1);
  return { ...of, identity: 'mailfrom', value: reversePath, domain };
}

async function checkSpf(envelope: Envelope, resolver: DNSResolver): Promise<SpfFinding | null> {
  const { reversePath, helo, clientAddress, receiver } = envelope;
  if (clientAddress === null) return null;
  const { domain, status } = await spf({
    ...{ ip: clientAddress, helo, mta: receiver, resolver, strict },
    ...(reversePath !== '' && { sender: reversePath }),
  });
  const result = status.result as SpfFinding['result'];
  // RFC 7208 §2.4: without a reverse path the HELO identity is checked.
  return reversePath === ''
    ? { result, identity: 'helo', value: helo, domain }
    : { result, identity: 'mailfrom', value: reversePath, domain };
}

function dkimFinding(found: DKIMResult): DkimFinding {
  const { status, signingDomain, selector, algo, signature } = found;
  const rest = {
    domain: signingDomain ?? null,
    selector: selector ?? null,
    algorithm: algo ?? null,
    signature: signature?.slice(0, 8) ?? null,
    isAligned: Boolean(status.aligned),
  };
  // RFC 6376 §8.2: whatever was added behind the signed part is shown to the reader as if it had been signed, too.
  if (status.result === 'pass' && status.underSized) {
    return { ...rest, result: 'policy', comment: 'only a part of the body is signed' };
  }
  return { ...rest, result: status.result as DkimFinding['result'], comment: status.comment ?? null };
}

function arcFinding(status: { result: string; comment?: string }): ArcFinding | null {
  if (status.result === 'none') return null;
  return { result: status.result as ArcFinding['result'], comment: status.comment ?? null };
}

interface Identifiers {
  headerFrom: string[];
  fromFields: number;
  spf: SpfFinding | null;
  dkim: readonly DkimFinding[];
  resolver: DNSResolver;
}

async function checkDmarc(identifiers: Identifiers): Promise<DmarcFinding> {
  const { headerFrom, fromFields } = identifiers;
  const { response, reason, authorDomains } = await evaluate(identifiers, headerFrom, fromFields);
  if (response !== false) return dmarcFinding(response, identifiers);
  // RFC 9989 §11.5: who the author is said to be is not known. Each that a reader may be shown has to be confirmed.
  const each: DmarcFinding[] = [];
  for (const domain of (authorDomains ?? []).slice(0, MAX_AUTHORS)) {
    const one = await evaluate(identifiers, [`author@${domain}`], 1);
    if (one.response !== false) each.push(dmarcFinding(one.response, identifiers));
  }
  const [worst] = each.toSorted((one, other) => seriousness(other) - seriousness(one));
  if (worst !== undefined && worst.result !== 'pass' && worst.result !== 'none') return worst;
  return { result: 'permerror', from: null, policy: null, comment: reason ?? null };
}

function evaluate(
  { spf: spfFinding, dkim, resolver }: Identifiers,
  headerFrom: string[],
  fromFields: number,
): ReturnType<typeof evaluateDmarc> {
  return evaluateDmarc({
    headerFrom,
    fromFields,
    spfDomains: spfFinding?.result === 'pass' ? [spfFinding.domain] : [],
    dkimDomains: dkim.flatMap(({ result, domain }) => (result === 'pass' && domain ? [{ domain }] : [])),
    resolver,
    strict,
  });
}

function dmarcFinding({ status, policy }: DMARCResult, { spf: spfFinding, dkim }: Identifiers): DmarcFinding {
  const from = status.header?.from ?? null;
  const result = status.result as DmarcFinding['result'];
  const asked = { from, policy: (policy ?? null) as DmarcFinding['policy'], comment: null };
  if (result !== 'fail') return { ...asked, result };
  // RFC 9989 §5.3: what could not be asked about the author's own domain may have confirmed it.
  const isSpfAligned = spfFinding && from !== null && getAlignment(from, [spfFinding.domain]) !== false;
  // No later look knows more of the client.
  if (isSpfAligned && spfFinding.isClientUnknown) {
    return { ...asked, result: 'permerror', comment: CLIENT_UNKNOWN };
  }
  const isSpfOpen = isSpfAligned && spfFinding.result === 'temperror';
  const isOpen = isSpfOpen || dkim.some((one) => one.result === 'temperror' && one.isAligned);
  return isOpen ? { ...asked, result: 'temperror' } : { ...asked, result };
}

function seriousness({ result, policy }: DmarcFinding): number {
  const policies = { none: 0, quarantine: 1, reject: 2 };
  return ({ fail: 20, temperror: 10 }[result as string] ?? 0) + (policy === null ? 0 : policies[policy]);
}
