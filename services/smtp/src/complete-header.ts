// What a mail client left out of a header is added, what only the client may know is taken out (RFC 6409 §8), and the
// subject is written in UTF-8.
//
// Only mail of a login is touched: its client wrote it a moment ago, and this server is the first that has it. What a
// white-listed host sends without a login may come from anywhere and be signed; it stays as it is. A Sender is not added:
// From is an address of the login already.
import {
  type Address,
  foldHeader,
  formatAddress,
  formatDate,
  parseHeaderFields,
  recodedSubject,
} from '@pochtar/mail';

export interface Submission {
  date: Date;
  /** Without angle brackets. */
  messageId: string;
  /** Null: none that could stand in this header. */
  from: Address | null;
  /** misc.recodeSubjectUtf8 */
  isSubjectRecoded: boolean;
}

export interface CompletedHeader {
  /** The fields that were missing. */
  added: Buffer;
  addedFields: number;
  /** What the client wrote, without what is not passed on, its subject recoded. */
  kept: Buffer[];
}

// RFC 5322 §3.6.3: a Bcc that is passed on tells all recipients of each other.
const PRIVATE = new Set(['bcc', 'resent-bcc']);
const NEEDED = new Set(['date', 'from', 'message-id']);

/** `header`: whole fields, without the blank line. */
export function completeHeader(header: Buffer, submission: Submission): CompletedHeader {
  const present = new Set<string>();
  const kept: Buffer[] = [];
  let from = 0;
  const fields = parseHeaderFields(header);
  // A subject that somebody has signed is as it was signed.
  const mayRecode = submission.isSubjectRecoded && !fields.some(({ lower }) => lower === 'dkim-signature');
  for (const field of fields) {
    const { lower, value, start, end } = field;
    const isEmpty = NEEDED.has(lower) && value === '';
    const subject = mayRecode && lower === 'subject' ? recodedSubject(field, fields) : null;
    if (!PRIVATE.has(lower) && !isEmpty) present.add(lower);
    if (!PRIVATE.has(lower) && !isEmpty && subject === null) continue;
    kept.push(header.subarray(from, start));
    if (subject !== null) kept.push(Buffer.from(subject, 'latin1'));
    from = end;
  }
  kept.push(header.subarray(from));
  const added = missingFields(present, submission);
  return { added: Buffer.from(added.join('')), addedFields: added.length, kept };
}

function missingFields(present: ReadonlySet<string>, { date, messageId, from }: Submission): string[] {
  const fields: string[] = [];
  // RFC 6409 §8.2, RFC 5322 §3.6.1: the moment at which it was sent, as far as this server knows.
  if (!present.has('date')) fields.push(foldHeader('Date', formatDate(date)));
  // A quoted local part may hold blanks: not folded.
  if (!present.has('from') && from) fields.push(`From: ${formatAddress(from)}\r\n`);
  // RFC 6409 §8.3.
  if (!present.has('message-id')) fields.push(foldHeader('Message-ID', `<${messageId}>`));
  return fields;
}
