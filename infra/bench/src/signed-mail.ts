// Mail that somebody has signed, for filter-dkim to check: simple in both parts, so that what is hashed is what is written.
// RFC 6376 §3.4.1, §3.4.3, §3.7.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

export interface Signer {
  /** For the DNS, at bench._domainkey.<domain>. */
  record: string;
  signed(mail: Buffer): Buffer;
}

export function signerFor(domain: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    record: `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
    signed(mail) {
      const blank = mail.indexOf('\r\n\r\n');
      const fields = mail.toString('latin1', 0, blank).split('\r\n');
      const bodyHash = createHash('sha256')
        .update(mail.subarray(blank + 4))
        .digest('base64');
      const names = fields.map((field) => field.slice(0, field.indexOf(':')));
      const tags = `v=1; a=rsa-sha256; c=simple/simple; d=${domain}; s=bench; h=${names.join(':')}`;
      const unsigned = `DKIM-Signature: ${tags};\r\n bh=${bodyHash}; b=`;
      const hashed = [...fields, unsigned].join('\r\n');
      const signature = sign('sha256', Buffer.from(hashed, 'latin1'), privateKey).toString('base64');
      return Buffer.concat([Buffer.from(`${unsigned}${signature}\r\n`, 'latin1'), mail]);
    },
  };
}
