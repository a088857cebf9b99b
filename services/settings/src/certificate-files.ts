// Takes certificates and keys out of the files that somebody hands in: PEM blocks in any order with text around them,
// DER, or PKCS#12, with the password of an encrypted key.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { AdminProblem } from '@pochtar/bus';
import { text } from '@pochtar/settings';
import { readPkcs12 } from './pkcs12.ts';

export interface CertificateFile {
  name: string;
  /** Base64. */
  data: string;
}

export interface FoundParts {
  certificates: X509Certificate[];
  keys: KeyObject[];
  problems: AdminProblem[];
}

const MAX_CERTIFICATES = 50;
const MAX_KEYS = 10;

export async function readCertificateFiles(
  files: readonly CertificateFile[],
  password: string | undefined,
): Promise<FoundParts> {
  const found: FoundParts = { certificates: [], keys: [], problems: [] };
  for (const [index, { data }] of files.entries()) {
    const bytes = Buffer.from(data, 'base64');
    const pem = pemText(bytes);
    const problem = pem === null ? await takeBinary(bytes, password, found) : takePem(pem, password, found);
    if (problem !== null) found.problems.push({ ...problem, field: `files.${index}` });
    if (found.certificates.length > MAX_CERTIFICATES || found.keys.length > MAX_KEYS) {
      return { certificates: [], keys: [], problems: [{ ...tooMany, field: `files.${index}` }] };
    }
  }
  return found;
}

type Problem = Omit<AdminProblem, 'field'>;

/** Windows writes text as UTF-16, too. */
function pemText(bytes: Buffer): string | null {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  const written = bytes.toString(isWide ? 'utf16le' : 'latin1');
  return written.includes('-----BEGIN ') ? written : null;
}

function takePem(pem: string, password: string | undefined, found: FoundParts): Problem | null {
  let problem: Problem | null = null;
  for (const { label, block } of pemBlocks(pem)) {
    if (/^(X509 |TRUSTED )?CERTIFICATE$/.test(label))
      problem = takeCertificate(block, label, found) ?? problem;
    else if (label.endsWith('PRIVATE KEY')) problem = takeKey(block, password, found) ?? problem;
    if (found.certificates.length > MAX_CERTIFICATES || found.keys.length > MAX_KEYS) return tooMany;
  }
  return problem;
}

// RFC 7468 §2: a block stands between lines that name it; what is around the blocks is ignored.
function* pemBlocks(pem: string): Generator<{ label: string; block: string }> {
  const lines = pem
    .replaceAll('-----BEGIN ', '\n-----BEGIN ')
    .replaceAll(/-----END [A-Z0-9 ]{1,60}-----/g, '$&\n');
  let label = '';
  let block: string[] = [];
  for (const line of lines.split(/\r?\n|\r/)) {
    const [, verb, name = ''] = /^-----(BEGIN|END) ([A-Z0-9 ]{1,60})-----\s*$/.exec(line.trimStart()) ?? [];
    if (verb === 'BEGIN') [label, block] = [name, []];
    if (label !== '') block.push(line.trim());
    if (verb !== 'END') continue;
    if (name === label) yield { label, block: `${block.join('\n')}\n` };
    label = '';
  }
}

function takeCertificate(block: string, label: string, found: FoundParts): Problem | null {
  try {
    found.certificates.push(readCertificate(block.replaceAll(`${label}-----`, 'CERTIFICATE-----')));
    return null;
  } catch {
    return damaged;
  }
}

function takeKey(block: string, password: string | undefined, found: FoundParts): Problem | null {
  const isEncrypted = block.includes('ENCRYPTED');
  if (isEncrypted && password === undefined) return passwordNeeded;
  try {
    found.keys.push(createPrivateKey({ key: block, ...(isEncrypted && { passphrase: password ?? '' }) }));
    return null;
  } catch {
    return isEncrypted ? wrongPassword : damaged;
  }
}

async function takeBinary(
  bytes: Buffer,
  password: string | undefined,
  found: FoundParts,
): Promise<Problem | null> {
  try {
    found.certificates.push(readCertificate(bytes));
    return null;
  } catch {
    // It is something else.
  }
  const key = binaryKey(bytes);
  if (key !== null) {
    found.keys.push(key);
    return null;
  }
  const parts = await readPkcs12(bytes, password ?? '');
  if (!parts.ok) {
    if (parts.reason === 'wrongPassword') return password === undefined ? passwordNeeded : wrongPassword;
    return parts.reason === 'unsupported' ? unsupported : nothingInIt;
  }
  try {
    found.certificates.push(...parts.certificates.map(readCertificate));
    found.keys.push(...parts.keys.map((der) => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })));
    return null;
  } catch {
    return damaged;
  }
}

/** Throws also where only a part of it, its key or its times, cannot be read. */
function readCertificate(written: string | Buffer): X509Certificate {
  const certificate = new X509Certificate(written);
  const { publicKey, validFrom, validTo } = certificate;
  if (publicKey.type !== 'public' || Number.isNaN(Date.parse(validFrom) + Date.parse(validTo))) {
    throw new Error('not a certificate of X.509');
  }
  return certificate;
}

function binaryKey(key: Buffer): KeyObject | null {
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      return createPrivateKey({ key, format: 'der', type });
    } catch {
      // Another form, or none.
    }
  }
  return null;
}

function saying(code: string, ru: string, en: string): Problem {
  return { code, message: text(ru, en) };
}

const passwordNeeded = saying(
  'passwordNeeded',
  'ключ зашифрован: укажите пароль файла',
  'the key is encrypted: give the password of the file',
);
const wrongPassword = saying(
  'wrongPassword',
  'пароль не подходит, или файл повреждён: проверьте пароль',
  'the password is wrong, or the file is damaged: check the password',
);
const damaged = saying(
  'wrongFormat',
  'сертификат или ключ в файле повреждён: возьмите файл заново',
  'a certificate or key in the file is damaged: take the file anew',
);
const unsupported = saying(
  'unsupported',
  'файл PKCS#12 зашифрован способом, который не поддерживается: сохраните его с AES или загрузите PEM',
  'the PKCS#12 file is sealed in a way that is not supported: save it with AES, or hand in PEM',
);
const nothingInIt = saying(
  'wrongFormat',
  'в файле нет ни сертификата, ни ключа: нужен PEM, DER или PKCS#12 (.pfx, .p12)',
  'there is neither a certificate nor a key in the file: PEM, DER or PKCS#12 (.pfx, .p12) is needed',
);
const tooMany = saying(
  'tooMany',
  `слишком много сертификатов или ключей: не больше ${MAX_CERTIFICATES} и ${MAX_KEYS}`,
  `too many certificates or keys: at most ${MAX_CERTIFICATES} and ${MAX_KEYS}`,
);
