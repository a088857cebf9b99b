// Mails made to hurt: time stays linear, memory and what is stored stay bounded. The limits are for the time of the
// processor, and some ten times what a slow one needs; anything quadratic exceeds them by far.

import { describe, expect, test } from 'vitest';
import type { ContentDescription } from '../src/index.ts';
import { bodyText, decodeParts, describeContent, MailScanner } from '../src/index.ts';

const CHUNK = 64 * 1024;

/** Scans what a generator gives, without ever holding the whole mail. */
function describeStream(pieces: Iterable<Buffer>): {
  described: ContentDescription;
  problems: string[];
  ms: number;
} {
  const started = process.cpuUsage();
  const scanner = new MailScanner();
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; from += CHUNK) scanner.write(piece.subarray(from, from + CHUNK));
  }
  const scanned = scanner.end();
  const described = describeContent(scanned);
  bodyText(described.bodyStructure);
  decodeParts(described.parts);
  const { user, system } = process.cpuUsage(started);
  return { described, problems: scanned.problems, ms: (user + system) / 1000 };
}

function textSize({ envelope, bodyStructure, parts, shortHeader }: ContentDescription): number {
  return envelope.length + bodyStructure.length + parts.length + shortHeader.length;
}

const mixed = (boundary: string) => `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n`;

describe('hostile mails', () => {
  test('10,000 multiparts inside each other', () => {
    const levels = Array.from({ length: 10_000 }, (_, i) => `${mixed(`b${i}.`)}--b${i}.\r\n`).join('');
    const { described, problems, ms } = describeStream([Buffer.from(levels)]);
    expect(problems).toContain('parts nested deeper than 30');
    expect(decodeParts(described.parts)).toHaveLength(31);
    expect(ms).toBeLessThan(1000);
  });

  test('10,000 messages inside each other', () => {
    const levels = 'Content-Type: message/rfc822\r\n\r\n'.repeat(10_000);
    const { described, ms } = describeStream([Buffer.from(levels)]);
    expect(decodeParts(described.parts).length).toBeLessThan(40);
    expect(ms).toBeLessThan(1000);
  });

  test('a million lines that look like delimiters, below 30 boundaries that begin alike', () => {
    const common = 'b'.repeat(68);
    const levels = Array.from({ length: 29 }, (_, i) => {
      const boundary = `${common}${String(i).padStart(2, '0')}`;
      return `${mixed(boundary)}--${boundary}\r\n`;
    }).join('');
    const lines = Buffer.from(`--${common}99\r\n`.repeat(10_000));
    const { described, ms } = describeStream([
      Buffer.from(`${levels}\r\n`),
      ...Array.from({ length: 100 }, () => lines),
    ]);
    expect(decodeParts(described.parts)).toHaveLength(30);
    expect(ms).toBeLessThan(5000);
  });

  test('a million lines that look like delimiters, below 30 boundaries each of which begins the next', () => {
    const levels = Array.from({ length: 29 }, (_, i) => {
      const boundary = 'b'.repeat(40 + i);
      return `${mixed(boundary)}--${boundary}\r\n`;
    }).join('');
    const lines = Buffer.from(`--${'b'.repeat(39)}c${'b'.repeat(30)}\r\n`.repeat(10_000));
    const { described, ms } = describeStream([
      Buffer.from(`${levels}\r\n`),
      ...Array.from({ length: 100 }, () => lines),
    ]);
    expect(decodeParts(described.parts)).toHaveLength(30);
    expect(ms).toBeLessThan(5000);
  });

  test('a single header line of 10 MB', () => {
    const line = Buffer.alloc(1024 * 1024, 'x');
    const pieces = [
      Buffer.from('Subject: '),
      ...Array.from({ length: 10 }, () => line),
      Buffer.from('\r\n\r\nbody'),
    ];
    const { described, problems, ms } = describeStream(pieces);
    expect(problems).toEqual(['header longer than 262144 octets']);
    expect(described).toMatchObject({ headerLength: 2_097_152, shortHeaderComplete: false });
    expect(textSize(described)).toBeLessThan(20_000);
    expect(ms).toBeLessThan(1000);
  });

  test('100,000 tiny parts', () => {
    const parts = Buffer.from(`${mixed('b')}${'--b\r\n\r\nx\r\n'.repeat(100_000)}--b--\r\n`);
    const { described, problems, ms } = describeStream([parts]);
    expect(problems).toContain('more than 1000 parts');
    expect(decodeParts(described.parts)).toHaveLength(1000);
    expect(ms).toBeLessThan(2000);
  });

  test('1,000 parts with 200 KiB of parameters each give a bounded row', () => {
    const parameters = Array.from({ length: 50 }, (_, i) => `;\r\n p${i}="${'v'.repeat(4000)}"`).join('');
    const part = Buffer.from(`--b\r\nContent-Type: text/plain${parameters}\r\n\r\nx\r\n`);
    const { described, ms } = describeStream([
      Buffer.from(mixed('b')),
      ...Array.from({ length: 400 }, () => part),
    ]);
    expect(textSize(described)).toBeLessThan(2_000_000);
    expect(ms).toBeLessThan(10_000);
  });

  test('a header of 80,000 addresses, and embedded messages full of them', () => {
    const header = `From: ${'a@b,'.repeat(20_000)}\r\nTo: ${'a@b,'.repeat(20_000)}\r\n`;
    const embedded = `--b\r\nContent-Type: message/rfc822\r\n\r\n${header}\r\nx\r\n`;
    const { described, ms } = describeStream([
      Buffer.from(`${header}${mixed('b')}${embedded.repeat(100)}--b--\r\n`),
    ]);
    expect(textSize(described)).toBeLessThan(2_000_000);
    expect(ms).toBeLessThan(5000);
  });

  test('a mail of line ends only, of CR only, of NUL only, of dashes only', () => {
    for (const octet of ['\n', '\r', '\r\n', '\u0000', '-', '--\r\n', ' \r\n', ':\r\n']) {
      const bytes = Buffer.from(octet.repeat(4_000_000 / octet.length));
      const plain = describeStream([bytes]);
      const inParts = describeStream([Buffer.from(`${mixed('b')}--b\r\n`), bytes]);
      expect(plain.ms + inParts.ms).toBeLessThan(5000);
    }
  });

  test.each([
    ['a body', `${mixed('b')}--b\r\nContent-Type: application/zip\r\n\r\n`, `${'A'.repeat(76)}\r\n`],
    ['a line', '\r\n', 'A'],
    ['a header line', 'Subject: ', 'A'],
    ['a header', 'Subject: x\r\n', 'X: y\r\n'],
  ])('memory does not grow with %s', (_, start, repeated) => {
    const body = Buffer.alloc(CHUNK, repeated);
    const scanner = new MailScanner();
    scanner.write(Buffer.from(start));
    const before = process.memoryUsage();
    for (let chunk = 0; chunk < 4000; chunk++) scanner.write(body);
    const after = process.memoryUsage();
    expect(scanner.end().size).toBeGreaterThan(256_000_000);
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(
      8_000_000,
    );
  });
});
