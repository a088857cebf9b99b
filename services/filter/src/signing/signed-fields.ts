// Which fields a signature covers, and their relaxed form. RFC 6376 §3.4.2, §5.4.
//
// Each field is named once more than it is there: one that somebody adds on the way breaks the signature (RFC 6376
// §8.15). Fields that lists and forwarders put in front themselves are not among them.
import type { HeaderField } from '@pochtar/mail';

// RFC 6376 §5.4.1: the core of the content.
const OVERSIGNED = [
  ...['from', 'to', 'cc', 'subject', 'date', 'message-id', 'reply-to', 'in-reply-to', 'references'],
  ...['mime-version', 'content-type'],
];
/** Covered where they are there; a list that adds its own breaks nothing. */
const SIGNED = [
  ...['sender', 'content-transfer-encoding'],
  ...['content-id', 'content-description', 'content-disposition', 'content-language'],
  ...['list-id', 'list-help', 'list-unsubscribe', 'list-unsubscribe-post', 'list-subscribe', 'list-post'],
  ...[
    'list-owner',
    'list-archive',
    'auto-submitted',
    'disposition-notification-to',
    'importance',
    'priority',
  ],
];
/** More of one name than this nobody writes in earnest. */
const MAX_OF_NAME = 20;

export interface SignedFields {
  /** For h= */
  names: string[];
  /** As they are hashed, each with its line end. */
  relaxed: string;
}

/** `header` is what the fields were read from. */
export function signedFields(header: Buffer, fields: readonly HeaderField[]): SignedFields {
  const names: string[] = [];
  let relaxed = '';
  for (const name of [...OVERSIGNED, ...SIGNED]) {
    // RFC 6376 §5.4.2: of several the last is the first that is taken.
    const there = fields.filter(({ lower }) => lower === name).toReversed();
    if (there.length > MAX_OF_NAME) there.length = MAX_OF_NAME;
    for (const field of there) {
      names.push(name);
      relaxed += `${relaxedField(name, header.toString('latin1', field.start, field.end))}\r\n`;
    }
    if (OVERSIGNED.includes(name)) names.push(name);
  }
  return { names, relaxed };
}

/** RFC 6376 §3.4.2. `written` is the whole field, with its name and line end, one character an octet. */
export function relaxedField(lower: string, written: string): string {
  const value = written.slice(written.indexOf(':') + 1);
  const words: string[] = [];
  // By hand: a pattern for blanks at the end takes quadratic time on a field of blanks.
  let start = -1;
  for (let at = 0; at <= value.length; at++) {
    const isBlank = at === value.length || ' \t\r\n'.includes(value[at] as string);
    if (!isBlank && start < 0) start = at;
    if (isBlank && start >= 0) {
      words.push(value.slice(start, at));
      start = -1;
    }
  }
  return `${lower}:${words.join(' ')}`;
}
