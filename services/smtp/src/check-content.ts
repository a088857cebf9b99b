// What is decided from the content of a mail once it is there: whether it is taken, and what of it no reader is shown.
// Pure; reads the scan only.
import {
  type Address,
  addressKey,
  type HeaderField,
  listedAddresses,
  parseAuthservId,
  type ScannedMail,
} from '@pochtar/mail';
import { type Reply, reply } from './reply.ts';

export interface ContentRules {
  /** Bare CR and LF were normalised; otherwise one is a reason to refuse. */
  isNormalised: boolean;
  /** Addresses of the login, as keys; null: no login. */
  senderAddresses: ReadonlySet<string> | null;
}

/** Names of the fields that this server marks mail with. */
const MARKER_PREFIX = 'x-pochtar-';
// RFC 5321 §6.3: at least 100 is the advice for servers that only count; 50 hops are a loop.
const MAX_RECEIVED = 50;
// RFC 5321 §4.5.3.1.6: 998 octets are what everybody must take. Mail with longer lines is common (HTML of one line,
// base64 without breaks), and IMAP hands out any length, so only what is no text any more is refused.
const MAX_LINE = 64 * 1024;

/** Null: the content is fine. */
export function checkContent(scan: ScannedMail, rules: ContentRules): Reply | null {
  // RFC 5321 §2.3.8: CR and LF only together. Taken from a stranger, a bare one could end data for the next server.
  if (scan.hasBareLineBreaks && !rules.isNormalised) {
    return reply(550, '5.6.11', 'bare CR or LF in the message; lines must end with CRLF');
  }
  // RFC 5321 §4.5.2, RFC 5322 §2.2: no NUL in a message.
  if (scan.hasNul) return reply(550, '5.6.11', 'NUL octet in the message');
  if (scan.receivedCount > MAX_RECEIVED + 1) return reply(554, '5.4.6', 'too many hops, this is a mail loop');
  if (scan.longestLine > MAX_LINE) return reply(554, '5.6.0', `line longer than ${MAX_LINE} octets`);
  // What lies behind the cut is not known: not the sender, not what claims to be ours.
  if (scan.isHeaderCut) return reply(554, '5.6.0', 'header too large');
  if (rules.senderAddresses && !isFromOwn(scan.fields, rules.senderAddresses)) {
    return reply(550, '5.7.1', 'the From field must be an address of your login');
  }
  return null;
}

/** Every address of every From field must be one of these; a missing or empty From is none of them. */
function isFromOwn(fields: readonly HeaderField[], own: ReadonlySet<string>): boolean {
  const from = fields.filter((field) => field.lower === 'from').map((field) => listedAddresses(field.value));
  const isOwn = (address: Address | null): boolean => address !== null && own.has(addressKey(address));
  return (
    from.length > 0 && from.every((list) => list.length > 0 && list.every(({ address }) => isOwn(address)))
  );
}

/**
 * Byte ranges [start, end) in ascending order that no reader is shown: a Return-Path that the mail brought (RFC 5321
 * §4.4: there is one, ours), Authentication-Results that claim our name (RFC 8601 §5), and marks that look like ours.
 * `traceFields` is how many fields of ours stand in front. Null: none.
 */
export function removedRanges(
  fields: readonly HeaderField[],
  traceFields: number,
  authservId: string,
): number[] | null {
  const ours = authservId.toLowerCase();
  const removed = fields.slice(traceFields).filter(({ lower, value }) => {
    if (lower === 'return-path' || lower.startsWith(MARKER_PREFIX)) return true;
    return lower === 'authentication-results' && parseAuthservId(value) === ours;
  });
  return removed.length > 0 ? removed.flatMap(({ start, end }) => [start, end]) : null;
}
