// Sender rewriting for mail that is forwarded: the reverse path becomes an address of ours, so that SPF of the sender's
// domain is not asked of this server, and what comes back to that address goes on to the sender. After the Sender Rewriting
// Scheme (SRS0, SRS1): `SRS0=hash=day=domain=local@ours`, and of what somebody else has rewritten before
// `SRS1=hash=their.domain=rest@ours`. Pure: `now` and the key are given. RFC 5321 §3.9.1 (aliases), RFC 7208 §D.
//
// Nobody else can make such an address: the hash is keyed, over everything that the address says, and it says the day.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Address, domainKey, formatAddress } from './address.ts';

/** A far side may take five days to give a mail up, and queues of others stand still at times. */
export const SRS_DAYS = 31;

const DAY_MS = 86_400_000;
/** RFC 4648 §6: base32 has no letters that differ by case alone, which servers on the way like to change. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Two letters: days repeat after nearly three years. */
const DAYS = 1024;
const HASH_LENGTH = 8;
/** RFC 5321 §4.5.3.1.3: a path has 256 octets, its brackets among them. */
const MAX_ADDRESS = 254;

/** The reverse path of a mail that `domain` forwards; null: it stays, since the new one would be too long. */
export function srsAddress(sender: Address, domain: string, key: Buffer, now: Date): Address | null {
  const address = { localPart: rewritten(sender, domain, key, now), domain };
  return Buffer.byteLength(formatAddress(address)) > MAX_ADDRESS ? null : address;
}

function rewritten(sender: Address, domain: string, key: Buffer, now: Date): string {
  const day = dayOf(now);
  const again = /^SRS([01])([=+-])(.+)$/is.exec(sender.localPart);
  if (again === null) {
    const said = `${day}=${domainKey(sender.domain)}=${sender.localPart}`;
    return `SRS0=${hashOf(key, 'SRS0', said, domain)}=${said}`;
  }
  const [, kind, separator, rest = ''] = again;
  // Of an address that is SRS1 already only the hash is replaced: the way back is as long as at the second server.
  const said =
    kind === '0' ? `${domainKey(sender.domain)}=${separator}${rest}` : rest.slice(rest.indexOf('=') + 1);
  return `SRS1=${hashOf(key, 'SRS1', day + said, domain)}${day}=${said}`;
}

export type SrsFinding = { kind: 'sender'; address: Address } | { kind: 'forged' | 'expired' };

/** Who stands behind an address; null: it is no rewritten one. */
export function srsSender({ localPart, domain }: Address, key: Buffer, now: Date): SrsFinding | null {
  const [, kind, hash = '', said = ''] = /^SRS([01])[=+-]([A-Z2-7]+)=(.+)$/is.exec(localPart) ?? [];
  if (kind === undefined) return null;
  return kind === '0' ? ofSrs0(hash, said, { domain, key, now }) : ofSrs1(hash, said, { domain, key, now });
}

interface Asked {
  domain: string;
  key: Buffer;
  now: Date;
}

function ofSrs0(hash: string, said: string, { domain, key, now }: Asked): SrsFinding {
  if (!isSame(hash, hashOf(key, 'SRS0', said, domain))) return { kind: 'forged' };
  const [, day = '', senderDomain = '', localPart = ''] = /^([A-Z2-7]{2})=([^=]+)=(.+)$/is.exec(said) ?? [];
  if (localPart === '') return { kind: 'forged' };
  if (!isInTime(day, now)) return { kind: 'expired' };
  return { kind: 'sender', address: { localPart, domain: senderDomain } };
}

function ofSrs1(marks: string, said: string, { domain, key, now }: Asked): SrsFinding {
  const hash = marks.slice(0, HASH_LENGTH);
  const day = marks.slice(HASH_LENGTH);
  if (!isSame(hash, hashOf(key, 'SRS1', day + said, domain))) return { kind: 'forged' };
  const [, first = '', rest = ''] = /^([^=]+)=([=+-].+)$/s.exec(said) ?? [];
  if (rest === '') return { kind: 'forged' };
  if (!isInTime(day, now)) return { kind: 'expired' };
  return { kind: 'sender', address: { localPart: `SRS0${rest}`, domain: first } };
}

function hashOf(key: Buffer, kind: string, said: string, domain: string): string {
  const text = `${kind} ${said} ${domainKey(domain)}`.toLowerCase();
  const octets = createHmac('sha256', key).update(text).digest();
  let hash = '';
  for (let at = 0; at < HASH_LENGTH; at++) hash += ALPHABET[(octets[at] as number) & 31];
  return hash;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one.toUpperCase()), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const daysOf = (now: Date): number => Math.floor(now.getTime() / DAY_MS) % DAYS;

function dayOf(now: Date): string {
  const days = daysOf(now);
  return `${ALPHABET[days >> 5]}${ALPHABET[days & 31]}`;
}

function isInTime(day: string, now: Date): boolean {
  if (!/^[A-Z2-7]{2}$/i.test(day)) return false;
  const [high = 0, low = 0] = Array.from(day.toUpperCase(), (letter) => ALPHABET.indexOf(letter));
  // A clock of another replica may be a day ahead.
  const age = (daysOf(now) - (high * 32 + low) + 1 + DAYS) % DAYS;
  return age <= SRS_DAYS + 1;
}
