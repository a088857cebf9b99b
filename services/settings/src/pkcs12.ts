// Reads a PKCS#12 file (.p12, .pfx) as Windows, OpenSSL and Java write it: certificates and keys behind one password.
// Node can use such a file and not open it. The structure is parsed with asn1js, which knows the indefinite lengths that
// some programs write; what is sealed is opened with Node's own cryptography. The MAC is not checked: the file comes from
// an administrator, and a wrong password shows when the contents do not open.
import { createDecipheriv, createHash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import * as asn1 from 'asn1js';
import { decryptRc2 } from './rc2.ts';

export type Pkcs12 =
  | { ok: true; certificates: Buffer[]; keys: Buffer[] }
  | { ok: false; reason: 'notPkcs12' | 'wrongPassword' | 'unsupported' };

const MAX_BAGS = 50;
/** Of one derivation. Programs use 1 to 600,000; a hostile file must not keep the process busy. */
const MAX_ITERATIONS = 1_000_000;
const MAX_OLD_ITERATIONS = 100_000;

const oid = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
};

class Unsupported extends Error {}
class WrongPassword extends Error {}

/** Certificates and keys (PKCS#8) in DER. */
export async function readPkcs12(file: Buffer, password: string): Promise<Pkcs12> {
  try {
    const [, authSafe] = children(parse(file));
    const found: { certificates: Buffer[]; keys: Buffer[] } = { certificates: [], keys: [] };
    for (const info of children(parse(dataOf(authSafe)))) {
      for (const bag of children(parse(await contentsOf(info, password)))) {
        if (found.certificates.length + found.keys.length >= MAX_BAGS) throw new Unsupported();
        await takeBag(bag, password, found);
      }
    }
    return { ok: true, ...found };
  } catch (error) {
    if (error instanceof Unsupported) return { ok: false, reason: 'unsupported' };
    return { ok: false, reason: error instanceof WrongPassword ? 'wrongPassword' : 'notPkcs12' };
  }
}

/** A key in PKCS#8 that is sealed with a password (EncryptedPrivateKeyInfo), opened. */
async function openKey(sealed: asn1.BaseBlock | undefined, password: string): Promise<Buffer> {
  const [algorithm, data] = children(sealed);
  return decrypt(algorithm, bytesOf(data), password);
}

// RFC 7292 §4.2: a safe bag is a type, a value and attributes.
async function takeBag(
  bag: asn1.BaseBlock,
  password: string,
  found: { certificates: Buffer[]; keys: Buffer[] },
): Promise<void> {
  const [type, tagged] = children(bag);
  const [value] = children(tagged);
  const kind = oidOf(type);
  if (kind === oid.keyBag && value !== undefined) found.keys.push(Buffer.from(value.toBER()));
  if (kind === oid.shroudedKeyBag) found.keys.push(await openKey(value, password));
  if (kind !== oid.certBag) return;
  const [certificateType, certificate] = children(value);
  if (oidOf(certificateType) === oid.x509Certificate)
    found.certificates.push(bytesOf(children(certificate)[0]));
}

// RFC 7292 §4.1: each part of the file is plain, or sealed with the password.
async function contentsOf(info: asn1.BaseBlock, password: string): Promise<Buffer> {
  const [type, tagged] = children(info);
  if (oidOf(type) === oid.data) return dataOf(info);
  if (oidOf(type) !== oid.encryptedData) throw new Unsupported();
  const [, content] = children(children(tagged)[0]);
  const [, algorithm, sealed] = children(content);
  return decrypt(algorithm, bytesOf(sealed), password);
}

function dataOf(info: asn1.BaseBlock | undefined): Buffer {
  const [type, tagged] = children(info);
  if (oidOf(type) !== oid.data) throw new Unsupported();
  return bytesOf(children(tagged)[0]);
}

async function decrypt(
  algorithm: asn1.BaseBlock | undefined,
  sealed: Buffer,
  password: string,
): Promise<Buffer> {
  const [name, parameters] = children(algorithm);
  const plain = oidOf(name) === oid.pbes2 ? openPbes2 : openOld;
  return plain(oidOf(name), parameters, sealed, password);
}

const PRFS: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};
const CIPHERS: Readonly<Record<string, { name: string; keyBytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyBytes: 24 },
};
const derive = promisify(pbkdf2);

// RFC 8018 §6.2: PBES2, the password in UTF-8 through PBKDF2.
async function openPbes2(
  _: string,
  parameters: asn1.BaseBlock | undefined,
  sealed: Buffer,
  password: string,
): Promise<Buffer> {
  const [kdf, scheme] = children(parameters);
  const [kdfName, kdfParameters] = children(kdf);
  const [schemeName, iv] = children(scheme);
  const cipher = CIPHERS[oidOf(schemeName)];
  if (oidOf(kdfName) !== oid.pbkdf2 || cipher === undefined) throw new Unsupported();
  const [salt, iterations, ...rest] = children(kdfParameters);
  const prf = rest.find((one) => one instanceof asn1.Sequence);
  const hash = prf === undefined ? 'sha1' : PRFS[oidOf(children(prf)[0])];
  if (hash === undefined) throw new Unsupported();
  const count = countOf(iterations, MAX_ITERATIONS);
  const key = await derive(password, bytesOf(salt), count, cipher.keyBytes, hash);
  return opened(() => decipher(cipher.name, key, bytesOf(iv), sealed));
}

const OLD: Readonly<Record<string, { keyBytes: number; cipher: 'des-ede3-cbc' | 'rc2' }>> = {
  '1.2.840.113549.1.12.1.3': { keyBytes: 24, cipher: 'des-ede3-cbc' },
  '1.2.840.113549.1.12.1.4': { keyBytes: 16, cipher: 'des-ede3-cbc' },
  '1.2.840.113549.1.12.1.5': { keyBytes: 16, cipher: 'rc2' },
  '1.2.840.113549.1.12.1.6': { keyBytes: 5, cipher: 'rc2' },
};

// RFC 7292 appendix C: the password in UTF-16 with a zero behind it, SHA-1, then triple DES or RC2.
async function openOld(
  name: string,
  parameters: asn1.BaseBlock | undefined,
  sealed: Buffer,
  password: string,
): Promise<Buffer> {
  const scheme = OLD[name];
  if (scheme === undefined) throw new Unsupported();
  const [saltBlock, iterations] = children(parameters);
  const salt = bytesOf(saltBlock);
  const count = countOf(iterations, MAX_OLD_ITERATIONS);
  const secret = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const key = oldKey(1, secret, salt, count, scheme.keyBytes);
  const iv = oldKey(2, secret, salt, count, 8);
  if (scheme.cipher === 'rc2') return opened(() => decryptRc2(key, iv, sealed));
  const whole = key.length === 16 ? Buffer.concat([key, key.subarray(0, 8)]) : key;
  return opened(() => decipher(scheme.cipher, whole, iv, sealed));
}

// RFC 7292 appendix B.2: keys from passwords, with SHA-1.
function oldKey(id: number, password: Buffer, salt: Buffer, iterations: number, length: number): Buffer {
  const block = 64;
  const filled = (bytes: Buffer): Buffer => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
  const input = Buffer.concat([salt, password].filter((bytes) => bytes.length > 0).map(filled));
  let key = Buffer.alloc(0);
  while (key.length < length) {
    let digest = createHash('sha1').update(Buffer.alloc(block, id)).update(input).digest();
    for (let i = 1; i < iterations; i++) digest = createHash('sha1').update(digest).digest();
    key = Buffer.concat([key, digest]);
    const added = Buffer.alloc(block, digest);
    for (let at = 0; at < input.length; at += block) addOne(input.subarray(at, at + block), added);
  }
  return key.subarray(0, length);
}

/** target = target + added + 1, as big-endian numbers of the same length. */
function addOne(target: Buffer, added: Buffer): void {
  let carry = 1;
  for (let i = target.length - 1; i >= 0; i--) {
    const sum = (target[i] ?? 0) + (added[i] ?? 0) + carry;
    target[i] = sum & 0xff;
    carry = sum >> 8;
  }
}

function decipher(name: string, key: Buffer, iv: Buffer, sealed: Buffer): Buffer {
  const opening = createDecipheriv(name, key, iv);
  return Buffer.concat([opening.update(sealed), opening.final()]);
}

/** What does not open, or opens to nothing that can be parsed, was sealed with another password. */
function opened(open: () => Buffer): Buffer {
  try {
    const plain = open();
    parse(plain);
    return plain;
  } catch {
    throw new WrongPassword();
  }
}

function parse(der: Buffer): asn1.BaseBlock {
  const { offset, result } = asn1.fromBER(new Uint8Array(der));
  if (offset === -1) throw new Error(result.error);
  return result;
}

function children(block: asn1.BaseBlock | undefined): asn1.BaseBlock[] {
  const { value } = (block?.valueBlock ?? {}) as { value?: unknown };
  if (!Array.isArray(value)) throw new Error('not a structure');
  return value as asn1.BaseBlock[];
}

/** Of an octet string, whole or in pieces. (The parser also looks into whole ones.) */
function bytesOf(block: asn1.BaseBlock | undefined): Buffer {
  if (block?.idBlock.isConstructed === true) return Buffer.concat(children(block).map(bytesOf));
  const { valueHexView } = (block?.valueBlock ?? {}) as { valueHexView?: Uint8Array };
  if (valueHexView === undefined) throw new Error('no bytes');
  return Buffer.from(valueHexView);
}

function oidOf(block: asn1.BaseBlock | undefined): string {
  return block instanceof asn1.ObjectIdentifier ? block.valueBlock.toString() : '';
}

function countOf(block: asn1.BaseBlock | undefined, most: number): number {
  const count = block instanceof asn1.Integer ? block.valueBlock.valueDec : 0;
  if (count < 1 || count > most) throw new Unsupported();
  return count;
}
