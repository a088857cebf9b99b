// The answer of somebody who is away: RFC 5230 §5, RFC 3834 §3; and who gets none (RFC 5230 §4.5, §4.6, RFC 3834 §2).
import { type Address, addressKey, formatAddress } from './address.ts';
import { listedAddresses } from './address-list.ts';
import { parseMessageId } from './describe.ts';
import { formatDate } from './date.ts';
import { foldHeader, type HeaderField } from './header.ts';
import { textPart } from './report.ts';
import { decodeWords, encodeWords } from './words.ts';

export interface AbsenceAnswer {
  from: { name: string; address: Address };
  to: Address;
  date: Date;
  /** With angle brackets. */
  messageId: string;
  subject: string;
  /** Text; or, `isMime`, a MIME entity with its header. */
  reason: string;
  isMime: boolean;
  /** Of the mail that is answered; null: it has none. */
  inReplyTo: string | null;
}

const MAX_SUBJECT = 200;

/** The whole mail. */
export function absenceAnswer(answer: AbsenceAnswer): Buffer {
  const { from, to, inReplyTo } = answer;
  const name = from.name === '' ? '' : `${quoted(from.name)} `;
  const fields = [
    foldHeader('From', name === '' ? formatAddress(from.address) : `${name}<${formatAddress(from.address)}>`),
    foldHeader('To', formatAddress(to)),
    foldHeader('Subject', encodeWords(answer.subject.slice(0, MAX_SUBJECT).toWellFormed())),
    foldHeader('Date', formatDate(answer.date)),
    foldHeader('Message-ID', answer.messageId),
    ...(inReplyTo === null
      ? []
      : [foldHeader('In-Reply-To', inReplyTo), foldHeader('References', inReplyTo)]),
    // RFC 3834 §3.1.7: so that nothing answers it.
    foldHeader('Auto-Submitted', 'auto-replied'),
    foldHeader('X-Auto-Response-Suppress', 'All'),
    foldHeader('MIME-Version', '1.0'),
  ];
  const entity = answer.isMime ? entityOf(answer.reason) : textPart(answer.reason.split(/\r?\n/));
  return Buffer.from(fields.join('') + entity);
}

function quoted(name: string): string {
  const encoded = encodeWords(name);
  return encoded === name ? `"${name.replace(/["\\]/g, '\\$&')}"` : encoded;
}

// RFC 5230 §4.3: an entity may bring its own type and no other fields of the top.
function entityOf(text: string): string {
  const lines = text.replace(/\r?\n/g, '\r\n');
  return /^(?:content-[a-z-]+:[^\r]*\r\n(?:[ \t][^\r]*\r\n)*)+\r\n/i.test(lines)
    ? lines
    : textPart(text.split(/\r?\n/));
}

/** RFC 5230 §5.1: of the answer, when the script gives none. */
export function answerSubject(fields: readonly HeaderField[]): string {
  const subject = fields.find(({ lower }) => lower === 'subject')?.value ?? '';
  return subject === '' ? 'Auto' : `Auto: ${decodeWords(subject)}`;
}

/** RFC 3834 §3.1.5: what the answer refers to. */
export function answeredId(fields: readonly HeaderField[]): string | null {
  return parseMessageId(fields.find(({ lower }) => lower === 'message-id')?.value ?? '');
}

// RFC 3834 §2: names that programs have.
const PROGRAMS =
  /^(?:owner-.*|.*-(?:request|owner|bounces?)|mailer-daemon|postmaster|listserv|majordomo|(?:do-?)?no-?t?-?reply.*|bounces?[+-].*)$/i;
const LIST_FIELDS = /^list-(?:id|help|unsubscribe|subscribe|post|owner|archive)$/;
const ADDRESSED = new Set(['to', 'cc', 'bcc', 'resent-to', 'resent-cc', 'resent-bcc']);

/**
 * Why the mail is not answered; null: it may be.
 *
 * @param owner address keys of whose mailbox it is
 */
export function unanswerable(
  fields: readonly HeaderField[],
  sender: Address | null,
  owner: ReadonlySet<string>,
): string | null {
  // RFC 5230 §4.5: there is nobody to answer.
  if (sender === null) return 'it has no sender';
  if (PROGRAMS.test(sender.localPart)) return 'its sender is a program';
  if (owner.has(addressKey(sender))) return 'it is from the owner';
  const automatic = fields.find(({ lower, value }) => isAutomatic(lower, value));
  if (automatic !== undefined) return `it has ${automatic.name}`;
  // RFC 5230 §4.5: what does not name the owner came over a list, or as a blind copy.
  const isNamed = fields
    .filter(({ lower }) => ADDRESSED.has(lower))
    .flatMap(({ value }) => listedAddresses(value))
    .some(({ address }) => address !== null && owner.has(addressKey(address)));
  return isNamed ? null : 'it does not name the owner';
}

function isAutomatic(lower: string, value: string): boolean {
  const word = /^[a-z-]+/i.exec(value)?.[0].toLowerCase() ?? '';
  switch (lower) {
    // RFC 3834 §5.
    case 'auto-submitted':
      return word !== 'no';
    case 'precedence':
      return word === 'bulk' || word === 'list' || word === 'junk';
    case 'x-auto-response-suppress':
      return /all|oof|autoreply/i.test(value);
    case 'x-spam-flag':
      return word === 'yes';
    case 'feedback-id':
      return true;
    default:
      return LIST_FIELDS.test(lower);
  }
}
