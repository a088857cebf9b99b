// Mail authentication: who an incoming mail really comes from (SPF, DKIM, DMARC, ARC), told in one Authentication-Results
// field of ours. No scan, no pass: a mail that nobody can look at waits for a person. Mail of ours gets the signatures of
// its domain, or goes without them.
import {
  behindReturnPath,
  encodeForeign,
  foldHeader,
  type HeaderField,
  parseAuthservId,
  parseHeaderFields,
  printableForeign,
} from '@pochtar/mail';
import { answerSpf } from '../authentication/answer-spf.ts';
import { decide, type Decision } from '../authentication/decide.ts';
import { MailDns, type Question } from '../authentication/mail-dns.ts';
import { resultsField } from '../authentication/results-field.ts';
import { type ShownHeader, shownHeader } from '../authentication/shown-header.ts';
import { Threads } from '../authentication/threads.ts';
import { Signer } from '../signing/signer.ts';
import type { ContentFilter, ContentJudge, ContentTools, JudgedMail, Verdict, Wait } from '../filter.ts';

/** Most of them wait for the DNS. */
const CONCURRENCY = 48;
/** Larger mails are read piece by piece, and their bodies only when something is signed. */
const MAX_AT_ONCE = 256 * 1024;
/** RFC 9989 §4.10: of longer names not all are asked for. */
const MAX_LABELS = 8;
/** A mail that waits for the DNS for longer begins without the answers. */
const ANSWERS_MS = 100;
/** Removed from mail that comes from outside, as all our marker fields. */
const MARKER_FIELD = 'X-Pochtar-Dmarc';

export const dkim: ContentFilter = {
  kind: 'content',
  name: 'dkim',
  sections: ['dkim', 'misc', 'queue', 'general', 'relay'],
  asksOfClients: true,
  open: (tools) => new DkimJudge(tools),
};

class DkimJudge implements ContentJudge {
  readonly concurrency = CONCURRENCY;
  readonly #tools: ContentTools;
  readonly #threads = new Threads();
  readonly #signer: Signer;
  readonly #answering: { stop(): Promise<void> } | null;

  constructor(tools: ContentTools) {
    this.#tools = tools;
    this.#signer = new Signer(tools);
    const receiver = () => tools.current('general').heloName;
    const threads = this.#threads;
    this.#answering = tools.isTrial ? null : answerSpf(tools.bus, { ...tools, threads, receiver });
  }

  async judge(mail: JudgedMail): Promise<Verdict | Wait> {
    return mail.origin === 'incoming' ? this.#verify(mail) : this.#signer.judge(mail);
  }

  expire(reason: string): Verdict {
    return { kind: 'verdict', result: 'reject', reason: `it could not be checked: ${reason}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#answering?.stop();
    await this.#threads[Symbol.asyncDispose]();
  }

  async #verify(mail: JudgedMail): Promise<Verdict | Wait> {
    const { blobs, resolver, stop } = this.#tools;
    const { blob, headerLength } = mail.content;
    const isSmall = blob.length <= MAX_AT_ONCE;
    const read = await blobs.read(blob, { start: 0, end: isSmall ? blob.length : headerLength });
    const header = read.subarray(0, headerLength);
    const fields = parseHeaderFields(header);
    const shown = shownHeader(header, fields);
    const dns = new MailDns(resolver);
    // Asked for at once, and sent along; the library asks for one after the other, from another thread.
    const known = await dns.known(questionsOf(mail, shown), ANSWERS_MS);
    const receiver = this.#tools.current('general').heloName;
    const { reversePath, helo, clientAddress, spf } = mail;
    const isClientHidden = clientAddress !== null && this.#tools.isHidden(clientAddress);
    const findings = await this.#threads.run({
      task: {
        header: shown.bytes,
        body: isSmall && shown.isSigned ? read.subarray(headerLength) : null,
        envelope: { reversePath, helo, clientAddress, isClientHidden, receiver, spf },
        known,
      },
      body: () => blobs.readStream(blob, { start: headerLength, end: blob.length }),
      dns,
      signal: stop,
    });
    if (findings === null) return { kind: 'verdict', result: 'quarantine', reason: 'it cannot be checked' };
    const decision = decide(findings, this.#tools.current('dkim').onDmarcFail, mail.attempts);
    const field = resultsField(receiver, findings, { unchecked: shown.unchecked, mail });
    const forged = claimingRanges(fields, receiver);
    return verdictOf(decision, { header, field, forged });
  }
}

/** What is asked of the DNS about nearly every mail: its keys, who may send for its sender, its author's policy. */
function questionsOf({ reversePath, helo, clientAddress, spf }: JudgedMail, shown: ShownHeader): Question[] {
  const names = [...shown.keyNames];
  const sender = reversePath === '' ? helo : reversePath.slice(reversePath.lastIndexOf('@') + 1);
  if (!spf && clientAddress !== null && /^[a-z0-9_.-]{1,253}$/i.test(sender)) names.push(sender);
  // RFC 9989 §4.10: the policy is looked for at the author's domain and all above it.
  const labels = shown.authorDomain?.split('.') ?? [];
  if (labels.length <= MAX_LABELS)
    labels.forEach((_, at) => names.push(`_dmarc.${labels.slice(at).join('.')}`));
  return names.map((name) => ({ name, type: 'TXT' }));
}

function verdictOf(
  { kind, reason: text, decidedBy }: Decision,
  { header, field, forged }: { header: Buffer; field: Buffer; forged: number[] },
): Verdict | Wait {
  const reason = printableForeign(text, 1000);
  if (kind === 'wait') return { kind, reason };
  const front = kind === 'tag' ? Buffer.concat([marker(reason), field]) : field;
  // In the order in which it is delivered, so that delivery has nothing to do but write it.
  const { prefix, removed } = behindReturnPath(header, front, forged);
  const edits = {
    prefix,
    ...(removed !== null && { removed }),
    ...(kind === 'junk' && { target: '\\Junk' }),
  };
  const result = kind === 'reject' ? 'reject' : kind === 'hold' ? 'quarantine' : 'accept';
  return { kind: 'verdict', result, reason, ...edits, ...(decidedBy !== undefined && { decidedBy }) };
}

/** RFC 8601 §5: what claims to be of this server. Acceptance has left it out already, by the name of that time. */
function claimingRanges(fields: readonly HeaderField[], authservId: string): number[] {
  const own = authservId.toLowerCase();
  // What stands in front of our Received is ours.
  const brought = fields.slice(fields.findIndex(({ lower }) => lower === 'received') + 1);
  return brought.flatMap(({ lower, value, start, end }) =>
    lower === 'authentication-results' && parseAuthservId(value) === own ? [start, end] : [],
  );
}

function marker(reason: string): Buffer {
  return Buffer.from(foldHeader(MARKER_FIELD, `fail; reason=${encodeForeign(reason, 400)}`), 'latin1');
}
