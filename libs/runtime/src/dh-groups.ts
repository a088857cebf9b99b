// The Diffie-Hellman groups of TLS 1.2 and older by length, as PKCS #3 parameters. RFC 7919 (ffdhe) from 2048 bits on;
// it has none of 1024 bits, so that is the group of RFC 2409 §6.2. Nothing has to be generated.
import { getDiffieHellman } from 'node:crypto';

export type DhBits = 1024 | 2048 | 3072 | 4096;

// RFC 7919 appendix A: p = 2^b - 2^(b-64) + {[2^(b-130) e] + X} * 2^64 - 1, with this X.
const OFFSETS: Record<Exclude<DhBits, 1024>, bigint> = { 2048: 560_316n, 3072: 2_625_351n, 4096: 5_736_041n };
const GENERATOR = 2n;

const made = new Map<DhBits, string>();

/** PEM for the `dhparam` option of a secure context. */
export function dhParameters(bits: DhBits): string {
  const known = made.get(bits) ?? parametersOf(bits);
  made.set(bits, known);
  return known;
}

function parametersOf(bits: DhBits): string {
  // PKCS #3: DHParameter ::= SEQUENCE { prime INTEGER, base INTEGER }
  const body = Buffer.concat([derInteger(primeOf(bits)), derInteger(bytesOf(GENERATOR))]);
  const der = Buffer.concat([Buffer.from([0x30]), derLength(body.length), body]);
  return `-----BEGIN DH PARAMETERS-----\n${der.toString('base64')}\n-----END DH PARAMETERS-----\n`;
}

function primeOf(bits: DhBits): Buffer {
  if (bits === 1024) return getDiffieHellman('modp2').getPrime();
  const size = BigInt(bits);
  return bytesOf(
    2n ** size - 2n ** (size - 64n) + (eulerTimes(size - 130n) + OFFSETS[bits]) * 2n ** 64n - 1n,
  );
}

/** floor(2^power * e), from the series of 1/k! with 64 bits to spare for what each term rounds off. */
function eulerTimes(power: bigint): bigint {
  const spare = 64n;
  let sum = 0n;
  let term = 2n ** (power + spare);
  for (let k = 1n; term > 0n; k++) {
    sum += term;
    term /= k;
  }
  return sum >> spare;
}

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function derInteger(value: Buffer): Buffer {
  const positive = (value[0] as number) & 0x80 ? Buffer.concat([Buffer.from([0]), value]) : value;
  return Buffer.concat([Buffer.from([0x02]), derLength(positive.length), positive]);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff]);
}
