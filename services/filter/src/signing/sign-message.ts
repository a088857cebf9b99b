// Signs a message as it leaves. RFC 6376 (DKIM), 8301 (SHA-256, RSA), 8463 (Ed25519). One pass over the body serves all keys;
// the signing itself is done in threads of the process's pool, so that nobody waits for it.
import { createHash, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { parseHeaderFields } from '@pochtar/mail';
import { BodyDigest } from '../body-hash/body-digest.ts';
import { CanonicalBody } from '../body-hash/canonical-body.ts';
import { relaxedField, signedFields } from './signed-fields.ts';

export interface SigningKey {
  domain: string;
  selector: string;
  algorithm: 'rsa' | 'ed25519';
  key: KeyObject;
}

const signing = promisify<string | null, Buffer, KeyObject, Buffer>(sign);
const LINE = 72;

/** The fields to put in front, one a key. `bytes`: the header as the first piece, then the body. */
export async function signMessage(
  bytes: AsyncIterable<Buffer>,
  keys: readonly SigningKey[],
  now: Date,
): Promise<Buffer> {
  let header: Buffer | null = null;
  const digest = new BodyDigest('sha256');
  const body = new CanonicalBody('relaxed', (octets) => digest.update(octets));
  for await (const piece of bytes) {
    if (header === null) header = piece;
    else body.write(piece);
  }
  if (header === null) throw new Error('the message has no header');
  const { names, relaxed } = signedFields(header, parseHeaderFields(header));
  body.end();
  const bodyHash = digest.digest('base64');
  const at = Math.floor(now.getTime() / 1000);
  const fields = await Promise.all(keys.map((key) => signatureField(key, { names, relaxed, bodyHash, at })));
  return Buffer.from(fields.join(''), 'latin1');
}

interface Hashed {
  names: readonly string[];
  relaxed: string;
  bodyHash: string;
  at: number;
}

async function signatureField(
  { domain, selector, algorithm, key }: SigningKey,
  { names, relaxed, bodyHash, at }: Hashed,
): Promise<string> {
  // RFC 6376 §3.5. No l=: what is added to a body is not ours.
  const tags = [
    ...['v=1', `a=${algorithm}-sha256`, 'c=relaxed/relaxed', `d=${domain}`, `s=${selector}`, `t=${at}`],
    `h=${names.join(':')}`,
    `bh=${bodyHash}`,
  ];
  const unsigned = `DKIM-Signature: ${folded(`${tags.join('; ')}; b=`)}`;
  // RFC 6376 §3.7: the field itself is hashed last, with an empty b= and without its line end.
  const data = Buffer.from(relaxed + relaxedField('dkim-signature', unsigned), 'latin1');
  const signature =
    algorithm === 'rsa'
      ? await signing('sha256', data, key)
      : // RFC 8463 §3: Ed25519 signs the hash.
        await signing(null, createHash('sha256').update(data).digest(), key);
  return `${unsigned}${(signature.toString('base64').match(/.{1,72}/g) ?? []).map((line) => `\r\n ${line}`).join('')}\r\n`;
}

/** Folded behind blanks and colons, so that no line is long. */
function folded(tags: string): string {
  const lines = [''];
  for (const piece of tags.match(/[^ :]+[ :]?|[ :]/g) ?? []) {
    const line = lines.at(-1) as string;
    if (line !== '' && line.length + piece.length > LINE) lines.push(piece);
    else lines[lines.length - 1] = line + piece;
  }
  return lines.map((line) => line.trimEnd()).join('\r\n ');
}
