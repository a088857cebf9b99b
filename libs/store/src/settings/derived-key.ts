// Keys that are not kept anywhere: made of the master key, one for each use. RFC 5869.
import { hkdfSync } from 'node:crypto';
import type { MasterKey } from './secrets.ts';

/** 32 bytes. Processes of one installation make the same, and nobody finds the master key by it. */
export function derivedKey(
  master: MasterKey,
  use: 'srs' | 'names of cards' | 'names of cards, check',
): Buffer {
  return Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `pochtar ${use}`, 32));
}
