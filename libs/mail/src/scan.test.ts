import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanMail as scan, scanOctets } from '../tests/scan-mail.ts';
import { fieldsInMail } from './scan.ts';
import type { Part } from './structure.ts';

/** A tree as one line for each part: path, type, body. */
function outline(mail: string, part: Part): string[] {
  const text = part.children.length > 0 ? '' : JSON.stringify(mail.slice(part.bodyStart, part.end));
  const line = `${part.path} ${part.type}/${part.subtype} ${text}`.trim();
  return [line, ...part.children.flatMap((child) => outline(mail, child))];
}

describe('line discipline', () => {
  test.each([
    ['a\r\nb\r\n', false],
    ['a\nb\r\n', true],
    ['a\rb\r\n', true],
    ['a\r\n\r', true],
    ['\n', true],
    ['\r\r\n', true],
    ['', false],
  ])('bare line breaks in %j: %s', (mail, expected) => {
    expect(scan(mail).hasBareLineBreaks).toBe(expected);
    expect(scanOctets(Buffer.from(mail)).hasBareLineBreaks).toBe(expected);
  });

  test('NUL, 8-bit octets, the longest line and Received fields are reported', () => {
    const mail = 'Received: a\r\nReceived: b\r\nReceived-SPF: c\r\n\r\n12345\r\n1234567\r\n12';
    expect(scan(mail)).toMatchObject({ receivedCount: 2, hasNul: false, has8bit: false, longestLine: 15 });
    expect(scan(`${mail}\u0000`).hasNul).toBe(true);
    expect(scan(`${mail}\u0080`).has8bit).toBe(true);
    expect(scan(`${mail}${'x'.repeat(5000)}`).longestLine).toBe(5002);
  });

  test('property: the same as counting line by line', () => {
    const text = fc.array(
      fc.constantFrom('a', 'bcd', '\r', '\n', '\r\n', '\u0000', '\u00e4', 'x'.repeat(70)),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(400), { maxLength: 5 }), (pieces, places) => {
        const mail = pieces.join('');
        const scanned = scan(mail, {}, places);
        const longest = Math.max(
          ...mail
            .split('\n')
            .map((line, index, all) => (index < all.length - 1 ? line.replace(/\r$/, '') : line).length),
        );
        expect(scanned.longestLine).toBe(longest);
        expect(scanned.hasBareLineBreaks).toBe(/\r(?!\n)|(?<!\r)\n/.test(mail));
        expect(scanned.hasNul).toBe(mail.includes('\u0000'));
        expect(scanned.has8bit).toBe(mail.includes('\u00e4'));
      }),
      { numRuns: 500 },
    );
  });
});

describe('limits', () => {
  test('what is nested too deep stays one leaf', () => {
    const mail = `${Array.from({ length: 40 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}.\r\n\r\n--b${i}.\r\n`).join('')}\r\nx`;
    const scanned = scan(mail);
    let part = scanned.root;
    let depth = 0;
    for (; part.children[0]; part = part.children[0]) depth++;
    expect(depth).toBe(30);
    expect(part).toMatchObject({ opaque: true, kind: 'leaf', end: mail.length });
    expect(scanned.problems).toContain('parts nested deeper than 30');
  });

  test('the last part that is allowed takes the rest of the mail', () => {
    const mail = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(2000)}--b--\r\n`;
    const scanned = scan(mail);
    expect(scanned.root.children).toHaveLength(999);
    expect(scanned.root.children.at(-1)).toMatchObject({ opaque: true, end: mail.length });
    expect(scanned.problems).toContain('more than 1000 parts');
  });

  test('the last part may also be one whose header a delimiter ends', () => {
    const mail = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: y\r\n--b\r\nX: z\r\n--b--';
    const { root } = scan(mail, { parts: 2 });
    expect(outline(mail, root)).toEqual(['multipart/mixed', '1 text/plain "--b\\r\\nX: z\\r\\n--b--"']);
  });

  test.each([
    ['lines', 'X-Junk: 0123456789\r\n'.repeat(100)],
    ['one line', `X-Junk: ${'x'.repeat(2000)}\r\n`],
    ['a folded field', `X-Junk: x\r\n${' y: 0123456\r\n'.repeat(200)}`],
    ['a needed field', `To: ${'a@b, '.repeat(400)}c@d\r\n`],
    ['lines without colon', 'Subject\r\n'.repeat(200)],
  ])(
    'behind the limit of a header the fields that listings need are read, the body begins where it begins: %s',
    (_, junk) => {
      const rest = `Subject : late\r\n folded\r\nX-Other: ${'z'.repeat(900)}\r\nContent-Type: text/html\r\nReceived: x\r\n`;
      const mail = `From: a@b\r\n${junk}${rest}\r\nbody`;
      const scanned = scan(mail, { headerBytes: 1024 });
      expect(scanned).toMatchObject({
        isHeaderCut: true,
        headerLength: mail.indexOf('\r\nbody') + 2,
        receivedCount: 1,
      });
      expect(scanned.root).toMatchObject({ type: 'text', subtype: 'html', lines: 1 });
      const value = (name: string) => scanned.fields.find((field) => field.lower === name)?.value;
      expect([value('from'), value('subject'), value('x-other')]).toEqual(['a@b', 'late folded', undefined]);
      expect(scanned.problems).toEqual(['header longer than 1024 octets']);
      expect(scanOctets(Buffer.from(mail), { headerBytes: 1024 })).toEqual(scanned);
      const texts = fieldsInMail(scanned).map(({ lower, start, end }) => [lower, mail.slice(start, end)]);
      expect(texts).toEqual(
        expect.arrayContaining([
          ['from', 'From: a@b\r\n'],
          ['subject', 'Subject : late\r\n folded\r\n'],
          ['content-type', 'Content-Type: text/html\r\n'],
          ['received', 'Received: x\r\n'],
        ]),
      );
    },
  );

  test('a field at which the limit is reached lies where it lies, as long as it is', () => {
    for (let length = 960; length < 1060; length++) {
      const [first, to] = [`X: ${'y'.repeat(length - 5)}\r\n`, `To: a@b,\r\n ${'c@d,'.repeat(200)}\r\n`];
      const mail = `${first}${to}Return-Path: <x@y>\r\n\r\nbody`;
      const scanned = scan(mail, { headerBytes: 1024 });
      const texts = fieldsInMail(scanned).map(({ start, end }) => mail.slice(start, end));
      expect(texts).toEqual([first, to, 'Return-Path: <x@y>\r\n']);
      expect([scanned.hidesClaims, scanOctets(Buffer.from(mail), { headerBytes: 1024 })]).toEqual([
        false,
        scanned,
      ]);
    }
  });

  test('what claims something and is not kept behind the limit is told of', () => {
    const junk = 'X-Junk: 0123456789\r\n'.repeat(100);
    const hides = (text: string): boolean => scan(text, { headerBytes: 1024 }).hidesClaims;
    const many = 'To: a@b\r\n'.repeat(1000);
    expect([`${junk}From: a@b\r\n\r\n`, `${many}Subject: x\r\n\r\n`].map(hides)).toEqual([false, false]);
    const hidden = [
      `${many}Return-Path: <>\r\n\r\n`,
      `${junk}From: ${'a@b,'.repeat(100)}\r\n\r\n`,
      'Y: z\r\n'.repeat(400_000),
    ];
    expect(hidden.map(hides)).toEqual([true, true, true]);
  });

  test('a header below the limit is kept as it is, at the limit too', () => {
    const head = `X: ${'y'.repeat(1017)}\r\n\r\n`;
    expect(scan(`${head}body`, { headerBytes: 1024 })).toMatchObject({
      isHeaderCut: false,
      headerLength: 1024,
      problems: [],
    });
    expect(scan(`${head}body`, { headerBytes: 1024 }).header).toHaveLength(1024);
    expect(scan(`X${head}body`, { headerBytes: 1024 }).isHeaderCut).toBe(true);
  });

  test('of a header no more than twice the limit is held, however many needed fields it has', () => {
    const mail = `${'To: a@b\r\n'.repeat(2000)}${`Cc: ${'x'.repeat(2000)}\r\n`.repeat(20)}\r\nbody`;
    const scanned = scan(mail, { headerBytes: 2048 });
    expect(scanned.headerLength).toBe(mail.length - 4);
    expect(scanned.header.length).toBeLessThan(2 * 2048 + 100);
    expect(scanOctets(Buffer.from(mail), { headerBytes: 2048 })).toEqual(scanned);
  });

  test('a header beyond all reason ends in the midst of it; nothing is looked for behind the cut', () => {
    const mail = `Content-Type: message/rfc822\r\n${'Subject: 0123\r\n'.repeat(200)}\r\nbody`;
    const limits = { headerBytes: 1024, headerReach: 2001 };
    const whole = scan(mail, limits);
    expect(whole).toMatchObject({ headerLength: 2001, root: { kind: 'leaf', opaque: true } });
    expect(scanOctets(Buffer.from(mail), limits)).toEqual(whole);
    expect(scan(mail, limits, [500, 1020, 1030, 1040, 2000, 2001, 2002])).toEqual(whole);
    expect(scan(`X: ${'y'.repeat(6_000_000)}\r\n\r\nbody`)).toMatchObject({ headerLength: 2 * 1024 * 1024 });
  });
});
