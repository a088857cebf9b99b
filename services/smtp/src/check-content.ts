// What is decided from the content of a mail once it is there: whether it is taken, and what of it no reader is shown.
// Pure; reads the scan only.
import {
  type Address,
  addressKey,
  type HeaderField,
  listedAddresses,
  MARKER_PREFIX,
  parseAuthservId,
  type ScannedMail,
} from '@pochtar/mail';
import * as replies from './replies.ts';
import type { Reply } from './reply.ts';

export interface ContentRules {
  /** Bare CR and LF were normalised; otherwise one is a reason to refuse. */
  isNormalised: boolean;
  /** Addresses of the login, as keys; null: no login. */
  senderAddresses: ReadonlySet<string> | null;
  /** What this server put in front. */
  front: { fields: number; bytes: number };
}

/** More places of a header than this are not taken out of it each time that it is read. */
const MAX_REMOVED = 100;
// RFC 5321 §6.3: at least 100 is the advice for servers that only count; 50 hops are a loop.
const MAX_RECEIVED = 50;
// RFC 5321 §4.5.3.1.6: 998 octets are what everybody must take. Mail with longer lines is common (HTML of one line,
// base64 without breaks), and IMAP hands out any length, so only what is no text any more is refused.
const MAX_LINE = 64 * 1024;

/** Of the From field of a login. */
const MAX_FROM = 16 * 1024;

/** Null: the content is fine. */
export function checkContent(scan: ScannedMail, rules: ContentRules): Reply | null {
  // RFC 5321 §2.3.8: CR and LF only together. Taken from a stranger, a bare one could end data for the next server.
  if (scan.hasBareLineBreaks && !rules.isNormalised) {
    return replies.bareLineBreaks;
  }
  // RFC 5321 §4.5.2, RFC 5322 §2.2: no NUL in a message.
  if (scan.hasNul) return replies.nulOctet;
  if (scan.receivedCount > MAX_RECEIVED + 1) return replies.mailLoop;
  if (scan.longestLine > MAX_LINE) return replies.lineTooLong(MAX_LINE);
  // A header of more than 2 MiB, or one whose fields for readers alone have 256 KiB behind the first 256: who the sender is
  // said to be, and what claims to be ours, is not known of it.
  if (scan.hidesClaims) return replies.headerTooLarge;
  // A first line that begins with a blank would be read as the end of our own last field.
  const last = scan.fields[rules.front.fields - 1];
  if (last && last.end > rules.front.bytes) {
    return replies.blankFirst;
  }
  return rules.senderAddresses && fromRefusal(scan.fields, rules.senderAddresses);
}

/** RFC 6409 §6.1: every address of From must be one of these. */
function fromRefusal(fields: readonly HeaderField[], own: ReadonlySet<string>): Reply | null {
  const fromFields = fields.filter((field) => field.lower === 'from');
  // What is longer than anybody writes is not read to its end, and no address may be passed over.
  if (fromFields.some(({ value }) => value.length > MAX_FROM)) {
    return replies.fromTooLong(MAX_FROM);
  }
  const from = fromFields.map((field) => listedAddresses(field.value));
  const isOwn = (address: Address | null): boolean => address !== null && own.has(addressKey(address));
  if (from.every((list) => list.every(({ address }) => address === null))) {
    return replies.noFrom;
  }
  if (!from.every((list) => list.length > 0 && list.every(({ address }) => isOwn(address)))) {
    return replies.notYourFrom;
  }
  // RFC 5322 §3.6: one From field; which of two a reader shows nobody knows.
  return from.length > 1 ? replies.twoFroms : null;
}

/**
 * Byte ranges [start, end) in ascending order that no reader is shown: a Return-Path that the mail brought (RFC 5321
 * §4.4: there is one, ours), Authentication-Results that claim a name of ours (RFC 8601 §5), and marks that look like ours.
 * `frontFields` is how many fields of ours stand in front. Null: none. Neighbours are one range.
 */
export function removedRanges(
  fields: readonly HeaderField[],
  frontFields: number,
  isOurs: (authservId: string) => boolean,
): number[] | null {
  const removed: number[] = [];
  for (const { lower, value, start, end } of fields.slice(frontFields)) {
    if (!isRemoved(lower, value, isOurs)) continue;
    if (removed.at(-1) === start) removed[removed.length - 1] = end;
    else removed.push(start, end);
  }
  return removed.length > 0 ? removed : null;
}

function isRemoved(lower: string, value: string, isOurs: (authservId: string) => boolean): boolean {
  if (lower === 'return-path' || lower.startsWith(MARKER_PREFIX)) return true;
  if (lower !== 'authentication-results') return false;
  const id = parseAuthservId(value);
  return id !== null && isOurs(id);
}

/** Null: so much can be taken out of a header whenever it is read. */
export function removedRefusal(removed: readonly number[] | null): Reply | null {
  if (removed === null || removed.length / 2 <= MAX_REMOVED) return null;
  return replies.tooManyOurs;
}
