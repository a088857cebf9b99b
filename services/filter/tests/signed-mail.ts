// Mails that somebody has signed, for the tests: keys with their record in the DNS, and a signature by mailauth's signer
// (which is not the code under test: verifying is).
import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';

export interface TestKey {
  privatePem: string;
  /** What is published under the selector. */
  record: string;
}

export function rsaKey(bits = 2048): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    record: `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
  };
}

export function ed25519Key(): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    record: `v=DKIM1; k=ed25519; p=${raw.toString('base64')}`,
  };
}

/** The mail with a signature in front. */
export async function signed(
  mail: string | Buffer,
  key: TestKey,
  domain: string,
  selector: string,
  more: { maxBodyLength?: number } = {},
): Promise<Buffer> {
  const signature = { signingDomain: domain, selector, privateKey: key.privatePem, ...more };
  const { signatures } = await dkimSign(mail, {
    ...signature,
    canonicalization: 'relaxed/relaxed',
    signatureData: [signature],
  });
  return Buffer.concat([Buffer.from(signatures), Buffer.from(mail as string)]);
}
