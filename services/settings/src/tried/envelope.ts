// The envelope that a mail is tried with: what was given, and where nothing was, what the mail itself says. Pure.
import { randomUUID } from 'node:crypto';
import { type AskedTryMail, MAX_TRIED_RECIPIENTS, refused, type TriedEnvelope } from '@pochtar/bus';
import {
  type Address,
  addressKey,
  DEFAULT_SCAN_LIMITS,
  formatAddress,
  type HeaderField,
  listedAddresses,
  parseAddress,
  parseHeaderFields,
  parseReturnPath,
  receivedField,
  returnPathField,
} from '@pochtar/mail';
import type { Settings } from '@pochtar/settings';
import type { Refusal } from '../context.ts';

export interface Envelope extends TriedEnvelope {
  /** Nobody gave it: it was read in the mail. */
  isSenderAssumed: boolean;
  areRecipientsAssumed: boolean;
}

/** A file has the line ends of the system it lay on. RFC 5322 §2.1: CR and LF only together. */
export function normalised(mail: Buffer): Buffer {
  const octets = mail.toString('latin1');
  if (!/\r(?!\n)|(?<!\r)\n/.test(octets)) return mail;
  return Buffer.from(octets.replace(/\r\n|\r|\n/g, '\r\n'), 'latin1');
}

export function envelopeOf(
  mail: Buffer,
  { origin, from, to, client }: AskedTryMail,
): { ok: true; result: Envelope } | Refusal {
  const fields = parseHeaderFields(mail.subarray(0, DEFAULT_SCAN_LIMITS.headerReach));
  const sender = from === undefined ? senderIn(fields) : from === '' ? null : parseAddress(from);
  if (from !== undefined && from !== '' && sender === null) return noMailAddress('from', from);
  const given = to?.map((one) => ({ one, address: parseAddress(one) }));
  const wrong = given?.find(({ address }) => address === null);
  if (wrong !== undefined) return noMailAddress('to', wrong.one);
  const recipients = given?.flatMap(({ address }) => address ?? []) ?? recipientsIn(fields);
  const keys = [...new Set(recipients.map(addressKey))].slice(0, MAX_TRIED_RECIPIENTS);
  if (keys.length === 0) return noRecipient;
  const result: Envelope = {
    ...{ origin, recipients: keys, clientAddress: client ?? null },
    reversePath: sender === null ? '' : formatAddress(sender),
    helo: sender?.domain ?? 'localhost',
    isSenderAssumed: from === undefined,
    areRecipientsAssumed: given === undefined,
  };
  return { ok: true, result };
}

/** Who delivered it has written down whose it was; otherwise who wrote it. */
function senderIn(fields: readonly HeaderField[]): Address | null {
  const path = fields.find(({ lower }) => lower === 'return-path');
  const known = path === undefined ? undefined : parseReturnPath(path.value);
  return known === undefined ? (addressesIn(fields, ['from'])[0] ?? null) : known;
}

function recipientsIn(fields: readonly HeaderField[]): Address[] {
  return addressesIn(fields, ['to', 'cc']);
}

function addressesIn(fields: readonly HeaderField[], names: readonly string[]): Address[] {
  return fields
    .filter(({ lower }) => names.includes(lower))
    .flatMap(({ value }) => listedAddresses(value).flatMap(({ address }) => address ?? []));
}

/** The mail as it would be stored: our fields in front. `front` is how many octets they have. */
export function dressed(
  mail: Buffer,
  { reversePath, clientAddress, helo, origin }: Envelope,
  { general }: Settings,
): { front: number; whole: Buffer } {
  const fields = Buffer.concat([
    returnPathField(reversePath === '' ? null : parseAddress(reversePath)),
    receivedField({
      ...{ helo, clientAddress, by: general.heloName || 'localhost', id: randomUUID(), date: new Date() },
      protocol: origin === 'incoming' ? 'ESMTP' : 'ESMTPSA',
    }),
  ]);
  return { front: fields.length, whole: Buffer.concat([fields, mail]) };
}

function noMailAddress(field: string, value: string): Refusal {
  const shown = value.slice(0, 100);
  return refused('invalid', field, `«${shown}»: это не почтовый адрес`, `“${shown}” is not a mail address`);
}

const noRecipient = refused(
  'invalid',
  'to',
  'в письме нет получателей: укажите их',
  'the mail names no recipients: give them',
);
