// Scanning a whole mail in the tests: at once, in chunks cut anywhere, octet by octet.

import type { ScannedMail } from '../src/scan.ts';
import { MailScanner } from '../src/scan.ts';
import type { ScanLimits } from '../src/structure.ts';

/** Scans octets, or a latin1 string, in chunks that end at the given places. */
export function scanMail(
  mail: string | Buffer,
  limits: Partial<ScanLimits> = {},
  places: readonly number[] = [],
): ScannedMail {
  const bytes = typeof mail === 'string' ? Buffer.from(mail, 'latin1') : mail;
  const scanner = new MailScanner(limits);
  for (const chunk of cut(bytes, places)) scanner.write(chunk);
  return scanner.end();
}

export function scanOctets(bytes: Buffer, limits: Partial<ScanLimits> = {}): ScannedMail {
  const scanner = new MailScanner(limits);
  for (const octet of bytes) scanner.write(Buffer.from([octet]));
  return scanner.end();
}

/** Cuts a buffer at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  const edges = [0, ...sorted, bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}
