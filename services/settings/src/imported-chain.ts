// Checks a certificate chain and key that somebody hands in, before they can break a listener.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { refused } from '@pochtar/bus';
import type { Refusal } from './context.ts';

export interface ImportedChain {
  ok: true;
  /** Leaf first, then who signed it, and nothing else. */
  chainPem: string;
  keyPem: string;
  notAfter: Date;
}

const BLOCK = /-----BEGIN (CERTIFICATE)-----[A-Za-z0-9+/=\s]+-----END \1-----/g;
const MAX_CHAIN = 10;

/** The chain and key in their normal forms, or what is wrong with which of the two. */
export function checkChain(chainPem: string, keyPem: string, now: Date): ImportedChain | Refusal {
  const chain = readChain(chainPem);
  if (!Array.isArray(chain)) return chain;
  const key = readKey(keyPem);
  if ('ok' in key) return key;
  const [leaf] = chain as [X509Certificate];
  if (!leaf.checkPrivateKey(key)) {
    return refused(
      'keyMismatch',
      'keyPem',
      'ключ (keyPem) не подходит к первому сертификату (chainPem): передайте ключ этого сертификата',
      'the key (keyPem) does not belong to the first certificate (chainPem): give the key of that certificate',
    );
  }
  const notAfter = new Date(leaf.validTo);
  if (notAfter <= now) {
    return refused(
      'expired',
      'chainPem',
      `срок сертификата (chainPem) истёк ${notAfter.toISOString()}: передайте действующий`,
      `the certificate (chainPem) expired at ${notAfter.toISOString()}: give a current one`,
    );
  }
  return {
    ok: true,
    chainPem: chain.map((certificate) => certificate.toString()).join(''),
    keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    notAfter,
  };
}

function readChain(pem: string): X509Certificate[] | Refusal {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0 || blocks.length > MAX_CHAIN) return notAChain;
  const chain: X509Certificate[] = [];
  for (const block of blocks) {
    try {
      chain.push(new X509Certificate(block));
    } catch {
      return notAChain;
    }
  }
  for (const [index, certificate] of chain.slice(0, -1).entries()) {
    if (!certificate.checkIssued(chain[index + 1] as X509Certificate)) return wrongOrder(index);
  }
  if (chain[0]?.ca === true && chain.length === 1) return notAServer;
  return chain;
}

const notAChain = refused(
  'wrongFormat',
  'chainPem',
  `chainPem: укажите от 1 до ${MAX_CHAIN} сертификатов PEM, сертификат сервера первым`,
  `chainPem: give 1 to ${MAX_CHAIN} PEM certificates, the server's first`,
);

const notAServer = refused(
  'notAServer',
  'chainPem',
  'chainPem: это сертификат центра сертификации: нужен сертификат сервера',
  'chainPem: this is the certificate of an authority: the one of a server is needed',
);

function wrongOrder(index: number): Refusal {
  return refused(
    'wrongOrder',
    'chainPem',
    `chainPem: сертификат ${index + 1} подписан не сертификатом ${index + 2}: расположите цепочку от сервера к центру`,
    `chainPem: certificate ${index + 1} is not signed by certificate ${index + 2}: order the chain from the server up`,
  );
}

function readKey(pem: string): KeyObject | Refusal {
  if (/ENCRYPTED/.test(pem)) {
    return refused(
      'encryptedKey',
      'keyPem',
      'ключ (keyPem) зашифрован паролем: снимите пароль (openssl pkey -in key.pem)',
      'the key (keyPem) is encrypted: remove its password (openssl pkey -in key.pem)',
    );
  }
  try {
    const key = createPrivateKey(pem);
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (key.asymmetricKeyType === 'rsa' && bits !== undefined && bits < 2048) return weakKey(bits);
    return key;
  } catch {
    return refused(
      'wrongFormat',
      'keyPem',
      'keyPem: укажите закрытый ключ PEM',
      'keyPem: give a private key in PEM',
    );
  }
}

function weakKey(bits: number): Refusal {
  return refused(
    'weakKey',
    'keyPem',
    `ключ (keyPem) слишком короткий (${bits} бит): нужен RSA от 2048 бит или ECDSA`,
    `the key (keyPem) is too short (${bits} bits): RSA from 2048 bits or ECDSA is needed`,
  );
}
