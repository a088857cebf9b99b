// One exchange of SCRAM-SHA-256, the server's side: RFC 5802 §5, §7; RFC 7677. Knows messages and keys; no socket, no store.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface ClientFirst {
  /** What stands before the bare message: it is repeated, in base64, at the end (RFC 5802 §6). */
  gs2Header: string;
  bare: string;
  name: string;
  authorizationName: string;
  nonce: string;
  /** The channel binding that the client uses; `'no'`: it cannot; `'unused'`: it could, and thinks that we can't. */
  binding: { type: string } | 'no' | 'unused';
}

export interface ScramProofKeys {
  salt: Buffer;
  iterations: number;
  storedKey: Buffer;
  serverKey: Buffer;
}

const MAX_NAME = 1000;
const MAX_NONCE = 200;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

// RFC 5802 §7: gs2-header client-first-message-bare. Printable nonces; names without comma and equals sign.
const CLIENT_FIRST =
  /^((n|y|p=([A-Za-z0-9.-]{1,60})),(?:a=([^,\0]*))?,)(n=([^,\0]*),r=([!-+\--~]+)(?:,.*)?)$/su;
const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]+),r=([!-+\--~]+)(?:,.*)?),p=([A-Za-z0-9+/=]+)$/su;

/** Null: malformed. A mandatory extension (`m=`) is one that we don't know. */
export function readClientFirst(message: string): ClientFirst | null {
  const [, gs2Header, flag, type, authzid = '', bare, saslName, nonce] = CLIENT_FIRST.exec(message) ?? [];
  if (gs2Header === undefined || bare === undefined || nonce === undefined) return null;
  const [name, authorizationName] = [plainName(saslName ?? ''), plainName(authzid)];
  if (!name || authorizationName === null || nonce.length > MAX_NONCE) return null;
  const binding = type === undefined ? (flag === 'y' ? 'unused' : 'no') : { type };
  return { gs2Header, bare, name, authorizationName, nonce, binding };
}

/** RFC 5802 §5.1: `=2C` is a comma and `=3D` an equals sign; nothing else begins with one. */
function plainName(text: string): string | null {
  if (text.length > MAX_NAME || /=(?!2C|3D)/.test(text)) return null;
  return text.replace(/=2C/g, ',').replace(/=3D/g, '=');
}

export class ScramExchange {
  readonly #first: ClientFirst;
  readonly #keys: ScramProofKeys;
  readonly #channelData: Buffer;
  readonly #nonce: string;
  /** RFC 5802 §5: server-first-message. */
  readonly serverFirst: string;

  /** `channelData`: what the binding of the client's choice stands for on this connection; empty without one. */
  constructor(
    first: ClientFirst,
    keys: ScramProofKeys,
    channelData: Buffer,
    ownNonce = randomBytes(18).toString('base64'),
  ) {
    this.#first = first;
    this.#keys = keys;
    this.#channelData = channelData;
    this.#nonce = `${first.nonce}${ownNonce}`;
    this.serverFirst = `r=${this.#nonce},s=${keys.salt.toString('base64')},i=${keys.iterations}`;
  }

  /** The server-final-message when the client has proved that it knows the password; null when it has not. */
  finish(clientFinal: string): string | null {
    const [, withoutProof, binding, nonce, proofText] = CLIENT_FINAL.exec(clientFinal) ?? [];
    if (withoutProof === undefined || binding === undefined || nonce !== this.#nonce) return null;
    const expected = Buffer.concat([Buffer.from(this.#first.gs2Header), this.#channelData]);
    if (!isSame(Buffer.from(binding, 'base64'), expected)) return null;
    if (!BASE64.test(proofText ?? '')) return null;
    const authMessage = `${this.#first.bare},${this.serverFirst},${withoutProof}`;
    const { storedKey, serverKey } = this.#keys;
    const signature = hmac(storedKey, authMessage);
    const proof = Buffer.from(proofText ?? '', 'base64');
    if (proof.length !== signature.length) return null;
    const clientKey = Buffer.from(proof.map((octet, at) => octet ^ (signature[at] ?? 0)));
    if (!isSame(createHash('sha256').update(clientKey).digest(), storedKey)) return null;
    return `v=${hmac(serverKey, authMessage).toString('base64')}`;
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
