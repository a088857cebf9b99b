// IMAP's view of a mail as ready-made text, made once when a mail is stored: ENVELOPE and BODYSTRUCTURE
// (RFC 9051 §7.5.2) and the byte ranges of its parts (RFC 9051 §6.4.5). Listing a mailbox then only copies rows.
//
// Texts are latin1 byte strings without NUL, so that they fit a text column. What a quoted string can't hold becomes a
// literal `{n}\r\n…`: valid in IMAP4rev1 and rev2 alike.

import type { ListedAddress, ListedGroup } from './address-list.ts';
import { parseAddressList } from './address-list.ts';
import type { Disposition } from './content-type.ts';
import type { HeaderField } from './header.ts';
import type { Part } from './structure.ts';

/** Longer values are cut: the texts stay in database rows. */
const MAX_STRING = 8192;
/** RFC 2047 §2: an encoded word has at most 75 octets; some programs write longer ones. */
const MAX_WORD = 512;

// RFC 9051 §9 quoted: no CR, LF, NUL; 8-bit only after ENABLE, so never here.
const PLAIN = /^[ !#-[\]-~]*$/;
const NOT_QUOTABLE = /[\u0080-\u00ff]/;
// Beyond latin1 there are no octets: such text was decoded by mistake, and cut to octets it could hold line ends.
const REMOVED = /[\u0000\r\n]|[^\u0000-\u00ff]/g; // oxlint-disable-line no-control-regex

/** A value as IMAP string: quoted, or a literal when it has 8-bit octets. */
export function imapString(value: string): string {
  if (value.length <= MAX_STRING && PLAIN.test(value)) return `"${value}"`;
  const text = cutString(value).replace(REMOVED, '');
  if (NOT_QUOTABLE.test(text)) return `{${text.length}}\r\n${text}`;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** At most MAX_STRING octets, and no part of a character or of an encoded word (RFC 2047 §2) at their end. */
function cutString(value: string): string {
  if (value.length <= MAX_STRING) return value;
  const text = value.slice(0, MAX_STRING);
  const word = text.lastIndexOf('=?');
  if (word >= 0 && value.slice(word, word + MAX_WORD).includes('?=') && !text.includes('?=', word + 2)) {
    return text.slice(0, word);
  }
  const start = /[\u00c0-\u00f7][\u0080-\u00bf]{0,3}$/.exec(text);
  if (!start) return text;
  const first = start[0].charCodeAt(0);
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return start[0].length < length ? text.slice(0, start.index) : text;
}

export function imapNString(value: string | null | undefined): string {
  return value === null || value === undefined ? 'NIL' : imapString(value);
}

/** The texts of To, Cc and Bcc together, and of each of From, Sender and Reply-To; addresses beyond are left out. */
const MAX_RECIPIENTS_TEXT = 1024 * 1024;
const MAX_AUTHORS_TEXT = MAX_RECIPIENTS_TEXT / 4;
/** No address has a shorter one: `(NIL NIL "" "")`. */
const MIN_ADDRESS_TEXT = 15;

/** ENVELOPE of a header. RFC 9051 §7.5.2. */
export function envelopeText(fields: readonly HeaderField[]): string {
  const first = (name: string): string => imapNString(fields.find((field) => field.lower === name)?.value);
  const authors = (name: string): string => addressesText(fields, name, MAX_AUTHORS_TEXT);
  let room = MAX_RECIPIENTS_TEXT;
  const recipients = (name: string): string => {
    const text = addressesText(fields, name, room);
    room -= text.length;
    return text;
  };
  const from = authors('from');
  // RFC 9051 §7.5.2: Sender and Reply-To that are missing or empty are taken from From.
  const [sender, replyTo] = [authors('sender'), authors('reply-to')];
  const members = [
    first('date'),
    first('subject'),
    from,
    sender === 'NIL' ? from : sender,
    replyTo === 'NIL' ? from : replyTo,
    recipients('to'),
    recipients('cc'),
    recipients('bcc'),
    first('in-reply-to'),
    first('message-id'),
  ];
  return `(${members.join(' ')})`;
}

// RFC 5322 §3.6: there is one field of each name; programs that write one a recipient mean them all.
function addressesText(fields: readonly HeaderField[], name: string, maxLength: number): string {
  const texts: string[] = [];
  let room = maxLength;
  const add = (text: string): void => {
    room -= text.length;
    if (room >= 0) texts.push(text);
  };
  for (const { lower, value } of fields) {
    if (lower !== name) continue;
    if (room < MIN_ADDRESS_TEXT) break;
    for (const entry of parseAddressList(value, Math.ceil(room / MIN_ADDRESS_TEXT))) {
      if (entry.kind === 'address') add(addressText(entry));
      else addGroup(entry, room, add);
    }
  }
  return texts.length === 0 ? 'NIL' : `(${texts.join('')})`;
}

/** RFC 9051 §7.5.2: a group is a start entry, its members, and an end entry; as many members as there is room for. */
function addGroup({ name, members }: ListedGroup, room: number, add: (text: string) => void): void {
  const begin = `(NIL NIL ${imapString(name)} NIL)`;
  let left = room - begin.length - GROUP_END.length;
  const texts: string[] = [];
  for (const member of members) {
    const text = addressText(member);
    left -= text.length;
    if (left < 0) break;
    texts.push(text);
  }
  add(`${begin}${texts.join('')}${GROUP_END}`);
}

const GROUP_END = '(NIL NIL NIL NIL)';

function addressText(entry: ListedAddress): string {
  // RFC 9051 §7.5.2: a NIL host or mailbox means a group, so what is missing is an empty string.
  const mailbox = imapString(entry.localPart ?? '');
  return `(${imapNString(entry.name)} ${imapNString(entry.route)} ${mailbox} ${imapString(entry.domain ?? '')})`;
}

/**
 * What may be left out of a BODYSTRUCTURE (parameters, descriptions, embedded envelopes) adds up to at most this;
 * parts beyond have NIL there. 1,000 parts of 200 characters are usual for the largest digests.
 */
const MAX_OPTIONAL = 512 * 1024;

/** Extended BODYSTRUCTURE of a part and all below it. RFC 9051 §7.5.2. */
export function bodyStructureText(root: Part): string {
  return new StructurePrinter().print(root);
}

class StructurePrinter {
  #left = MAX_OPTIONAL;

  print(part: Part): string {
    return part.kind === 'multipart' ? this.#multipart(part) : this.#singlePart(part);
  }

  /** Makes a text as long as there is room for it, else NIL. */
  #optional(make: () => string, otherwise = 'NIL'): string {
    if (this.#left <= 0) return otherwise;
    const text = make();
    this.#left -= text.length;
    return this.#left < 0 ? otherwise : text;
  }

  #multipart(part: Part): string {
    // RFC 9051 §9 body-type-mpart: at least one part; a multipart without any has one empty text.
    const children =
      part.children.length > 0 ? part.children.map((child) => this.print(child)).join('') : EMPTY_TEXT;
    const parameters = this.#optional(() => parametersText(part.parameters));
    return `(${children} ${imapString(part.subtype)} ${parameters} ${this.#extension(part)})`;
  }

  #singlePart(part: Part): string {
    const { type, subtype } = shownType(part);
    const basic = [
      imapString(type),
      imapString(subtype),
      this.#optional(() => parametersText(part.parameters)),
      this.#optional(() => imapNString(part.id)),
      this.#optional(() => imapNString(part.description)),
      imapString(part.encoding),
      part.end - part.bodyStart,
    ];
    const embedded = part.kind === 'message' ? part.children[0] : undefined;
    if (embedded) {
      basic.push(this.#optional(() => envelopeText(part.envelope ?? []), EMPTY_ENVELOPE));
      basic.push(this.print(embedded), part.lines);
    } else if (type === 'text') {
      basic.push(part.lines);
    }
    const md5 = this.#optional(() => imapNString(part.md5));
    return `(${basic.join(' ')} ${md5} ${this.#extension(part)})`;
  }

  #extension(part: Part): string {
    const disposition = this.#optional(() => dispositionText(part.disposition));
    const language = this.#optional(() => languageText(part.language));
    return `${disposition} ${language} ${this.#optional(() => imapNString(part.location))}`;
  }
}

const EMPTY_TEXT = '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)';
const EMPTY_ENVELOPE = '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)';

/** A multipart or message nobody looked into can't be shown as one: clients would wait for its inside. */
export function shownType(part: Part): { type: string; subtype: string } {
  return part.opaque && part.kind === 'leaf' && (part.type === 'multipart' || part.type === 'message')
    ? { type: 'application', subtype: 'octet-stream' }
    : part;
}

function parametersText(parameters: ReadonlyMap<string, string>): string {
  if (parameters.size === 0) return 'NIL';
  const pairs: string[] = [];
  for (const [name, value] of parameters) pairs.push(`${imapString(name)} ${imapString(value)}`);
  return `(${pairs.join(' ')})`;
}

function dispositionText(disposition: Disposition | null): string {
  return disposition ? `(${imapString(disposition.type)} ${parametersText(disposition.parameters)})` : 'NIL';
}

// RFC 9051 §9 body-fld-lang: one tag as a string, several as a list.
function languageText(tags: readonly string[]): string {
  if (tags.length === 0) return 'NIL';
  return tags.length === 1 ? imapNString(tags[0]) : `(${tags.map(imapString).join(' ')})`;
}
