// Keys to sign mail with: made here, or taken over from elsewhere. RFC 6376, 8301 (RSA), 8463 (Ed25519).
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { DkimAlgorithm } from '@pochtar/store/directory';

export interface KeyPair {
  algorithm: DkimAlgorithm;
  bits: number;
  /** As p= of the record has it. */
  publicKey: string;
  /** PKCS#8 */
  privateKeyPem: string;
}

// RFC 8301 §3.2: signers use 2048 bits; a longer record is what many forms of providers cannot take.
const RSA_BITS = 2048;
// RFC 8301 §3.2: what is shorter is taken for no signature.
const MIN_RSA_BITS = 1024;
const MAX_RSA_BITS = 4096;
const ED25519_BITS = 256;
const ED25519_BYTES = 32;

const generate = promisify(generateKeyPair);

export async function makeKeyPair(algorithm: DkimAlgorithm): Promise<KeyPair> {
  if (algorithm === 'ed25519') return pairOf((await generate('ed25519')).privateKey, algorithm, ED25519_BITS);
  const { privateKey } = await generate('rsa', { modulusLength: RSA_BITS });
  return pairOf(privateKey, algorithm, RSA_BITS);
}

/** PKCS#1 or PKCS#8 in PEM; `unusable`: it is of a kind or a length that nobody verifies. */
export function readKeyPair(pem: string): KeyPair | 'encrypted' | 'unreadable' | 'unusable' {
  if (/ENCRYPTED/.test(pem.slice(0, 300))) return 'encrypted';
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return 'unreadable';
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return pairOf(key, 'ed25519', ED25519_BITS);
  const bits = details?.modulusLength ?? 0;
  if (type !== 'rsa' || bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) return 'unusable';
  return pairOf(key, 'rsa', bits);
}

function pairOf(key: KeyObject, algorithm: DkimAlgorithm, bits: number): KeyPair {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  // RFC 8463 §4.2: the bare 32 octets; they are the end of what is written around them.
  const shown = algorithm === 'ed25519' ? spki.subarray(-ED25519_BYTES) : spki;
  return {
    algorithm,
    bits,
    publicKey: shown.toString('base64'),
    privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}
