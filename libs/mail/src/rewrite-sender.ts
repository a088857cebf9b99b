// From as the relay's provider demands it: the address of the login. The former From becomes Reply-To unless there
// is one. Pure; a header that already comes from that address (the signer has done it) stays as it is.
import { type Address, addressKey, formatAddress } from './address.ts';
import { listedAddresses } from './address-list.ts';
import { trimBlanks } from './blanks.ts';
import { type HeaderField, parseHeaderFields } from './header.ts';
import { decodeWords, encodeWords } from './words.ts';

export function rewriteSender(header: Buffer, sender: Address): Buffer {
  const fields = parseHeaderFields(header);
  const from = fields.filter(({ lower }) => lower === 'from');
  const [first] = from;
  if (first === undefined) return Buffer.concat([fromField(null, sender), header]);
  const authors = listedAddresses(first.value);
  const isDone = from.length === 1 && authors.length === 1 && isSame(authors[0]?.address, sender);
  if (isDone) return header;
  const hasReplyTo = fields.some(({ lower }) => lower === 'reply-to');
  const written = [fromField(authors[0]?.name ?? null, sender)];
  if (!hasReplyTo) written.push(replyTo(header, first));
  // RFC 5322 §3.6: From stands once; the new one takes the place of the first.
  const pieces = [header.subarray(0, first.start), ...written];
  let at = first.end;
  for (const other of from.slice(1)) {
    pieces.push(header.subarray(at, other.start));
    at = other.end;
  }
  return Buffer.concat([...pieces, header.subarray(at)]);
}

function isSame(address: Address | null | undefined, sender: Address): boolean {
  return address != null && addressKey(address) === addressKey(sender);
}

function fromField(name: string | null, sender: Address): Buffer {
  const text = name === null ? '' : trimBlanks(decodeWords(name));
  return Buffer.from(`From: ${text === '' ? '' : `${displayName(text)} `}<${formatAddress(sender)}>\r\n`);
}

const MAX_NAME = 200;

function displayName(text: string): string {
  const encoded = encodeWords(text.slice(0, MAX_NAME).toWellFormed());
  // RFC 5322 §3.2.4: what is not encoded is quoted.
  return encoded.startsWith('=?') ? encoded : `"${encoded.replace(/["\\]/g, '\\$&')}"`;
}

/** The former author as it was written, line ends and all. */
function replyTo(header: Buffer, from: HeaderField): Buffer {
  const colon = header.indexOf(':', from.start);
  return Buffer.concat([Buffer.from('Reply-To'), header.subarray(colon, from.end)]);
}
