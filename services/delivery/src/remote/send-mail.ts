// One mail over an open session: what the far side must offer for it, its transactions, and what its replies mean
// for each recipient. RFC 5321, 1870 (SIZE), 6152 (8BITMIME), 6531 (SMTPUTF8), 3461 (DSN).
import { addressOfKey, formatAddress, isAsciiAddress, Unconvertible } from '@pochtar/mail';
import { asSevenBit, type OutgoingMessage } from '@pochtar/service';
import type { ClaimedMail, ClaimedRecipient } from '@pochtar/store/queue';
import type { Failure } from '../failure.ts';
import type { Outcome } from '../settle.ts';
import { failureOf, isClosing, isPositive, isTooManyRecipients, type Reply } from './reply.ts';
import { reversePathOf, type SenderRules } from './reverse-path.ts';
import { SessionFailed, type SmtpSession, type Transmission } from './smtp-session.ts';

export interface SendOptions extends SenderRules {
  outgoing: OutgoingMessage;
  /** settings misc.smtpUtf8 */
  isUtf8Allowed: boolean;
}

/** RFC 5321 §4.5.3.1.8: every server takes a hundred recipients in one transaction. */
const MAX_RECIPIENTS = 100;

/** What is known of a mail's recipients. */
export interface Known {
  outcomes: Outcome[];
  /** The far side ended the session without having taken the mail for them: what holds unless another one takes it. */
  untaken: Outcome[];
}

/** Throws `BodyFailed`; `known` then has what was known before. */
export async function sendMail(
  session: SmtpSession,
  mail: ClaimedMail,
  options: SendOptions,
  known: Known,
): Promise<void> {
  const { outcomes } = known;
  const needs = await needsOf(session, mail, options);
  if ('status' in needs) {
    outcomes.push(...mail.recipients.map(({ address }): Outcome => ({ kind: 'failed', address, ...needs })));
    return;
  }
  const fitting: ClaimedRecipient[] = [];
  for (const recipient of mail.recipients) {
    // RFC 6531 §3.6: a UTF-8 address goes only to a server that takes it.
    if (needs.isUtf8 || isAsciiAddress(addressOfKey(recipient.address))) fitting.push(recipient);
    else outcomes.push({ kind: 'failed', address: recipient.address, ...noUtf8(session.host) });
  }
  const now = new Date();
  const paths = new Map(
    fitting.map((recipient) => [recipient, reversePathOf(mail, recipient, options, now)]),
  );
  for (let left = fitting; left.length > 0; ) {
    try {
      left = await transact(session, mail, { needs, left, paths }, known);
    } catch (error) {
      if (!(error instanceof SessionFailed)) throw error;
      return sessionEnded(session, error, left, known);
    }
  }
}

/** The session is over: nothing more is known of recipients without an outcome. */
function sessionEnded(
  { host }: SmtpSession,
  error: SessionFailed,
  left: readonly ClaimedRecipient[],
  { outcomes, untaken }: Known,
): void {
  const failure = { status: '4.4.2', diagnostic: error.reply?.text ?? error.message, remoteMta: host };
  const decided = new Set(outcomes.map(({ address }) => address));
  // RFC 3463 §3.5: bad connection. Once the body goes out it is not known whether the far side has it: at least once.
  const inDoubt = error.isBodyBegun ? outcomes : untaken;
  for (const { address } of left)
    if (!decided.has(address)) inDoubt.push({ kind: 'deferred', address, ...failure });
}

interface Needs {
  /** As this server takes it. */
  outgoing: OutgoingMessage;
  isConverted: boolean;
  mailParameters: string[];
  /** SMTPUTF8 is used. */
  isUtf8: boolean;
}

const noUtf8 = (host: string, why = ''): Failure => ({
  // RFC 6531 §3.5 (RFC 5248): non-ASCII addresses not permitted for that sender or recipient.
  status: '5.6.7',
  diagnostic: `the server takes no mail with addresses or headers in UTF-8 (SMTPUTF8)${why}`,
  remoteMta: host,
});

/** A rewritten sender is in UTF-8 exactly if the sender is. */
const NOT_FORWARDED = { expandedFrom: null };

async function needsOf(
  session: SmtpSession,
  mail: ClaimedMail,
  options: SendOptions,
): Promise<Needs | Failure> {
  const { outgoing, isUtf8Allowed } = options;
  const mailParameters: string[] = [];
  const isUtf8 = isUtf8Allowed && session.offers('SMTPUTF8');
  const isUtf8Sender = !/^[ -~]*$/.test(reversePathOf(mail, NOT_FORWARDED, options));
  if (isUtf8Sender && !isUtf8) return noUtf8(session.host);
  const isUtf8Mail = isUtf8Sender || (mail.smtpUtf8 && !outgoing.isHeaderAscii);
  const is8bit = await has8bit(mail, outgoing);
  // RFC 6152 §3, RFC 6531 §3.2: 8-bit content and headers in UTF-8 go only where they are taken, elsewhere in US-ASCII. What
  // is 7-bit needs no parameter, and servers that offer 8BITMIME and refuse it still take that.
  let message = outgoing;
  const is8bitLost = is8bit && !session.offers('8BITMIME');
  if (is8bitLost || (isUtf8Mail && !isUtf8)) {
    const converted = await convert(outgoing, is8bitLost ? no8bit : noUtf8, session.host);
    if ('status' in converted) return converted;
    message = converted;
  } else if (is8bit) mailParameters.push('BODY=8BITMIME');
  // RFC 6531 §3.4: the parameter is given when addresses or header need it.
  const hasUtf8Recipient = mail.recipients.some(({ address }) => !isAsciiAddress(addressOfKey(address)));
  if (isUtf8 && (isUtf8Mail || hasUtf8Recipient)) mailParameters.push('SMTPUTF8');
  if (session.offers('DSN')) mailParameters.push(...dsnOfMail(mail));
  return { outgoing: message, isConverted: message !== outgoing, mailParameters, isUtf8 };
}

async function convert(
  outgoing: OutgoingMessage,
  refusal: (host: string, why: string) => Failure,
  host: string,
): Promise<OutgoingMessage | Failure> {
  try {
    return await asSevenBit(outgoing);
  } catch (error) {
    if (!(error instanceof Unconvertible)) throw error;
    return refusal(host, `, and this one cannot be converted: ${error.message}`);
  }
}

/** The body is read only where acceptance did not say what it is. */
async function has8bit(mail: ClaimedMail, outgoing: OutgoingMessage): Promise<boolean> {
  if (!outgoing.isHeaderAscii) return true;
  const isKnown = mail.body !== null && mail.content?.id === mail.id;
  return isKnown ? mail.body === '8BITMIME' : !(await outgoing.isAscii());
}

const no8bit = (host: string, why: string): Failure => ({
  status: '5.6.3',
  diagnostic: `the server takes no 8-bit content (8BITMIME)${why}`,
  remoteMta: host,
});

// RFC 3461 §4.3, §4.4: RET and ENVID go on as they came.
function dsnOfMail({ dsnReturn, dsnEnvelopeId, reversePath }: ClaimedMail): string[] {
  if (reversePath === '') return [];
  return [
    ...(dsnReturn === null ? [] : [`RET=${dsnReturn}`]),
    ...(dsnEnvelopeId === null ? [] : [`ENVID=${dsnEnvelopeId}`]),
  ];
}

// RFC 3461 §5.2.1: NOTIFY and ORCPT go on as they came.
function dsnOfRecipient(recipient: ClaimedRecipient, isUtf8: boolean): string[] {
  const { notify, originalRecipient } = recipient;
  const isWritable = originalRecipient !== null && (isUtf8 || /^[!-~]+$/.test(originalRecipient));
  return [
    ...(notify === null ? [] : [`NOTIFY=${notify}`]),
    ...(isWritable ? [`ORCPT=${originalRecipient}`] : []),
  ];
}

interface Transaction {
  needs: Needs;
  left: ClaimedRecipient[];
  /** The reverse path of each. */
  paths: ReadonlyMap<ClaimedRecipient, string>;
}

/** One transaction; returns the recipients that another one must take. */
async function transact(
  session: SmtpSession,
  mail: ClaimedMail,
  { needs, left, paths }: Transaction,
  { outcomes, untaken }: Known,
): Promise<ClaimedRecipient[]> {
  const { outgoing, isConverted } = needs;
  // Whom an alias leads to gets the mail from another reverse path than who was named: in a transaction of its own.
  const from = paths.get(left[0] as ClaimedRecipient) as string;
  const together = new Set(
    left.filter((recipient) => paths.get(recipient) === from).slice(0, MAX_RECIPIENTS),
  );
  const batch = new Map([...together].map((recipient) => [pathOf(recipient.address), recipient]));
  const rest = left.filter((recipient) => !together.has(recipient));
  const hasDsn = session.offers('DSN');
  const transmission: Transmission = {
    from,
    to: [...batch.keys()],
    size: outgoing.size,
    mailParameters: needs.mailParameters,
    recipientParameters: (path) => {
      const recipient = batch.get(path);
      return hasDsn && recipient ? dsnOfRecipient(recipient, needs.isUtf8) : [];
    },
    body: outgoing.bytes(),
  };
  const replies = await session.send(transmission).catch((error: unknown) => {
    if (error instanceof SessionFailed) {
      // Who was refused before the session ended stays refused.
      for (const [path, reply] of error.refused) {
        const recipient = batch.get(path);
        if (recipient) outcomes.push({ ...failureOf(reply, session.host), address: recipient.address });
      }
    }
    throw error;
  });
  const security = isConverted ? `${session.security}, converted to 7 bit` : session.security;
  const isSomebodyIn = [...replies.values()].some(isPositive);
  const again: ClaimedRecipient[] = [];
  for (const [path, recipient] of batch) {
    const reply = replies.get(path) as Reply;
    if (isClosing(reply)) untaken.push({ ...failureOf(reply, session.host), address: recipient.address });
    else if (isSomebodyIn && isTooManyRecipients(reply)) again.push(recipient);
    else outcomes.push(outcomeOf(recipient.address, reply, { host: session.host, security }, hasDsn));
  }
  return [...again, ...rest];
}

function outcomeOf(
  address: string,
  reply: Reply,
  { host, security }: Pick<SmtpSession, 'host' | 'security'>,
  isDsnPassedOn: boolean,
): Outcome {
  if (isPositive(reply))
    return { kind: 'relayed', address, remoteMta: host, reply: reply.text, security, isDsnPassedOn };
  return { ...failureOf(reply, host), address };
}

/** The address as it stands in RCPT; the domain of a key is in A-labels. */
function pathOf(key: string): string {
  return formatAddress(addressOfKey(key));
}
