// Ids of what a mail causes (architecture §1.3): the same cause gives the same id, so that doing it twice makes
// one mail. RFC 9562 §5.8: version 8, the mail's own time in front, so that ids keep growing with time.
import { createHash } from 'node:crypto';

/** The id of what `mail` causes for these recipients. */
export function derivedId(mail: string, recipients: readonly string[], kind: string): string {
  const text = JSON.stringify([mail, kind, ...recipients.toSorted()]);
  const hash = createHash('sha256').update(text).digest().subarray(0, 16);
  hash.write(mail.replaceAll('-', '').slice(0, 12), 0, 'hex');
  hash[6] = ((hash[6] as number) & 0x0f) | 0x80;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
