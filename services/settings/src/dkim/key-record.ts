// The record of a key in the DNS: what is to be published, and whether what is there means the same. RFC 6376 §3.6.1.
import type { DkimAlgorithm, DkimKeyFound } from '@pochtar/store/directory';
import type { Answer } from '../dns/lookup.ts';

interface PublicKey {
  algorithm: DkimAlgorithm;
  publicKey: string;
}

export interface KeyRecord {
  name: string;
  value: string;
  chunks: string[];
  zone: string;
}

/** RFC 1035 §3.3: a character string has 255 octets at most. */
const CHUNK = /.{1,255}/gs;

export function recordName(selector: string, domain: string): string {
  return `${selector}._domainkey.${domain}`;
}

export function recordValue({ algorithm, publicKey }: PublicKey): string {
  return `v=DKIM1; k=${algorithm}; p=${publicKey}`;
}

export function keyRecord(key: PublicKey & { selector: string; domain: string }): KeyRecord {
  const name = recordName(key.selector, key.domain);
  const value = recordValue(key);
  const chunks = value.match(CHUNK) ?? [];
  const zone = `${name}. 3600 IN TXT ${chunks.map((chunk) => `"${chunk}"`).join(' ')}`;
  return { name, value, chunks, zone };
}

/** What the DNS has for a key, compared by meaning. */
export function foundOf(answer: Answer, key: PublicKey): DkimKeyFound {
  if (answer.kind === 'unanswered') return 'unanswered';
  if (answer.kind === 'absent') return 'missing';
  const records = answer.values.map(tagsOf).filter((tags) => tags !== null && tags.has('p'));
  if (records.length === 0) return 'missing';
  // RFC 6376 §3.6.2.2: with several records nobody can say which one a verifier takes.
  const [tags] = records;
  if (records.length > 1 || !tags) return 'wrong';
  const published = (tags.get('p') ?? '').replaceAll(/\s+/g, '');
  if (published === '') return 'revoked';
  return published === key.publicKey && isUsable(tags, key.algorithm) ? 'ok' : 'wrong';
}

/** RFC 6376 §3.6.1: what a verifier heeds beside the key. */
function isUsable(tags: ReadonlyMap<string, string>, algorithm: DkimAlgorithm): boolean {
  const allows = (tag: string, wanted: readonly string[]): boolean => {
    const value = tags.get(tag);
    return value === undefined || value.split(':').some((one) => wanted.includes(one.trim()));
  };
  if ((tags.get('v') ?? 'DKIM1') !== 'DKIM1' || (tags.get('k') ?? 'rsa') !== algorithm) return false;
  return allows('h', ['sha256']) && allows('s', ['*', 'email']);
}

/** RFC 6376 §3.2; null: it is no list of tags. */
function tagsOf(written: string): Map<string, string> | null {
  const tags = new Map<string, string>();
  for (const part of written.split(';')) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    const name = part.slice(0, equals).trim();
    if (equals < 1 || tags.has(name)) return null;
    tags.set(name, part.slice(equals + 1).trim());
  }
  return tags;
}
