import { createHash } from 'node:crypto';

/** RFC 6350 §6.7.6, RFC 9562 §5.8: the same for the same key for ever, and of nobody else. */
export function cardUid(key: string): string {
  const octets = createHash('sha256').update(`pochtar card ${key}`).digest().subarray(0, 16);
  octets[6] = ((octets[6] as number) & 0x0f) | 0x80;
  octets[8] = ((octets[8] as number) & 0x3f) | 0x80;
  const hex = octets.toString('hex');
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`;
}
