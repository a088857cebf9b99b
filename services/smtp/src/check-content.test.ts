import { fieldsInMail, MailScanner, type ScannedMail } from '@pochtar/mail';
import { describe, expect, test } from 'vitest';
import { checkContent, removedRanges, removedRefusal } from './check-content.ts';
import { claimsOurs } from './own-names.ts';

const front = { fields: 0, bytes: 0 };
const stranger = { isNormalised: false, senderAddresses: null, front };
const anna = { isNormalised: true, senderAddresses: new Set(['anna@demo.test', 'office@demo.test']), front };

function scan(text: string): ScannedMail {
  const scanner = new MailScanner();
  scanner.write(Buffer.from(text, 'latin1'));
  return scanner.end();
}

const received = (count: number): string => 'Received: x\r\n'.repeat(count);

describe('content of strangers', () => {
  test.each([
    ['a: b\r\n\r\nc\nd\r\n', 550, '5.6.11'],
    ['a: b\r\n\r\nc\rd\r\n', 550, '5.6.11'],
    ['a: b\r\n\r\nc\0d\r\n', 550, '5.6.11'],
    [`${received(52)}\r\n`, 554, '5.4.6'],
    [`a: b\r\n\r\n${'x'.repeat(65_537)}\r\n`, 554, '5.6.0'],
    // More than 2 MiB of a header, and claims behind more than is kept of one.
    [`a: b\r\n${'c: d\r\n'.repeat(400_000)}\r\n`, 554, '5.6.0'],
    [`${'Subject: x\r\n'.repeat(60_000)}From: a@b\r\n\r\n`, 554, '5.6.0'],
    [`${'c: d\r\n'.repeat(50_000)}From: ${'a@b, '.repeat(10_000)}c@d\r\n\r\n`, 554, '5.6.0'],
  ])('%.30j is refused with %i %s', (text, code, enhanced) => {
    expect(checkContent(scan(text), stranger)).toMatchObject({ code, enhanced });
  });

  test('a header of 300 KiB is taken, and what claims to be ours is found behind it at its place', () => {
    const junk = 'c: d\r\n'.repeat(50_000);
    const long = `To: ${'somebody@example.org,\r\n '.repeat(5000)}a@b\r\n`;
    for (const begin of [junk, long, `X-Long: x\r\n${'\ty: z\r\n'.repeat(40_000)}`]) {
      const [path, mark] = ['Return-Path: <x@y>\r\n', 'X-Pochtar-Mark: 1\r\n\tmore\r\n'];
      const [ours, other] = [
        'Authentication-Results: mx.demo.test; a=b\r\n',
        'Authentication-Results: mx.other.test; c=d\r\n',
      ];
      const text = `${begin}${path}${other}${junk}${mark}${ours}\r\nbody`;
      const scanned = scan(text);
      expect(checkContent(scanned, stranger)).toBeNull();
      const removed = removedRanges(fieldsInMail(scanned), 0, (id) => id === 'mx.demo.test') ?? [];
      const pieces = Array.from({ length: removed.length / 2 }, (_, at) =>
        text.slice(removed[2 * at], removed[2 * at + 1]),
      );
      expect(pieces).toEqual([path, `${mark}${ours}`]);
    }
  });

  test('the sender of a login is looked for behind 256 KiB, too', () => {
    const junk = 'c: d\r\n'.repeat(50_000);
    expect(checkContent(scan(`${junk}From: anna@demo.test\r\n\r\n`), anna)).toBeNull();
    const second = `From: anna@demo.test\r\n${junk}From: boss@demo.test\r\n\r\n`;
    expect(checkContent(scan(second), anna)).toMatchObject({ code: 550, enhanced: '5.7.1' });
  });

  test.each([
    '',
    '\r\n',
    'no header at all\r\n',
    `${received(51)}\r\n`,
    `a: b\r\n\r\n${'x'.repeat(65_536)}\r\n`,
  ])('%.30j is taken', (text) => {
    expect(checkContent(scan(text), stranger)).toBeNull();
  });
});

test('RFC 5322 §2.2.3: a first line that begins with a blank would continue our Received, and is refused', () => {
  const ours = { fields: 2, bytes: 'Return-Path: <>\r\nReceived: x\r\n'.length };
  const text = (line: string) => scan(`Return-Path: <>\r\nReceived: x\r\n${line}Subject: y\r\n\r\n`);
  for (const line of [' for <forged@elsewhere.test>\r\n', '\t; x\r\n']) {
    expect(checkContent(text(line), { ...stranger, front: ours })).toMatchObject({
      code: 554,
      enhanced: '5.6.0',
    });
  }
  expect(checkContent(text(''), { ...stranger, front: ours })).toBeNull();
});

describe('RFC 6409 §6.1: From of a login', () => {
  test.each([
    'From: anna@demo.test\r\n\r\n',
    'From: Anna <ANNA@Demo.Test>\r\n\r\n',
    'From: =?utf-8?q?=D0=90?= <anna@demo.test>, office@demo.test\r\n\r\n',
    'from:anna@demo.test\r\n\r\n',
  ])('%j is hers', (text) => {
    expect(checkContent(scan(text), anna)).toBeNull();
  });

  test.each([
    'From: boris@demo.test\r\n\r\n',
    'From: anna@demo.test <boris@demo.test>\r\n\r\n',
    'From: anna@demo.test, boris@demo.test\r\n\r\n',
    'From: anna@demo.test\r\nFrom: boris@demo.test\r\n\r\n',
    'From: Anna\r\n\r\n',
    'From:\r\n\r\n',
    'From: group:;\r\n\r\n',
    'Subject: no From\r\n\r\n',
    '\r\nFrom: anna@demo.test\r\n',
  ])('%j is not', (text) => {
    expect(checkContent(scan(text), anna)).toMatchObject({ code: 550, enhanced: '5.7.1' });
  });

  test.each([
    ['Subject: no From\r\n\r\n', /^the message has no From field/],
    ['From: Anna\r\n\r\n', /^the message has no From field with an address that can be read/],
    ['From: boris@demo.test\r\n\r\n', /^From names an address that this login may not send as/],
    ['From: anna@demo.test\r\nFrom: office@demo.test\r\n\r\n', /more than one From field/],
  ])('%j is refused with what is wrong with it', (text, reason) => {
    expect(checkContent(scan(text), anna)?.text).toMatch(reason);
  });
});

describe('fields that no reader is shown', () => {
  const trace = 'Return-Path: <>\r\nReceived: x\r\n';
  const isOurs = claimsOurs('MX.Demo.test', new Set(['hosted.test', 'xn--e1afmkfd.test']));
  const removedText = (brought: string): string => {
    const text = `${trace}${brought}\r\n`;
    const ranges = removedRanges(scan(text).fields, 2, isOurs) ?? [];
    let out = '';
    for (let index = 0; index < ranges.length; index += 2)
      out += text.slice(ranges[index], ranges[index + 1]);
    return out;
  };

  test.each([
    ['Subject: x\r\n', ''],
    ['Authentication-Results: mx.other.test; spf=pass\r\n', ''],
    [
      'a: b\r\nAuthentication-Results: mx.demo.test; spf=pass\r\n',
      'Authentication-Results: mx.demo.test; spf=pass\r\n',
    ],
    [
      'authentication-results: (x) "MX.demo.test" 1;\r\n none\r\n',
      'authentication-results: (x) "MX.demo.test" 1;\r\n none\r\n',
    ],
    ['Return-Path: <a@b>\r\nTo: x\r\n', 'Return-Path: <a@b>\r\n'],
    ['a: b\r\nX-Pochtar-Antivirus: clean\r\nTo: x\r\n', 'X-Pochtar-Antivirus: clean\r\n'],
    ['x-pochtar-anything:\r\n folded\r\n', 'x-pochtar-anything:\r\n folded\r\n'],
    ['X-Pochtar: x\r\nX-Pochtara: y\r\n', ''],
    ['a: b\r\nX-Pochtar-A: 1\r\nReturn-Path: <>\r\nc: d\r\n', 'X-Pochtar-A: 1\r\nReturn-Path: <>\r\n'],
  ])('of %j: %j', (brought, removed) => {
    expect(removedText(brought)).toBe(removed);
  });

  test.each([
    'mx.demo.test',
    'mx.demo.test.',
    '(x) Mx.Demo.Test',
    'hosted.test',
    'HOSTED.test.',
    'mail.hosted.test',
    'a.b.hosted.test',
    'xn--e1afmkfd.test',
    'почта.пример.test',
  ])('RFC 8601 §5: Authentication-Results of %s claim to be ours', (id) => {
    const field = Buffer.from(`Authentication-Results: ${id}; spf=pass\r\n`, 'utf8').toString('latin1');
    expect(removedText(field)).toBe(field);
  });

  test.each(['demo.test', 'amx.demo.test', 'nothosted.test', 'test', 'hosted.test.evil.test', ''])(
    'Authentication-Results of %j are those of others',
    (id) => {
      expect(removedText(`Authentication-Results: ${id}; spf=pass\r\n`)).toBe('');
    },
  );

  test('that stand one behind the other are one range, however many they are', () => {
    const text = `a: b\r\n${'X-Pochtar-a:\r\n'.repeat(13_000)}c: d\r\n`;
    const start = trace.length + 6;
    const removed = removedRanges(scan(`${trace}${text}\r\n`).fields, 2, isOurs);
    expect(removed).toEqual([start, start + 13_000 * 14]);
    expect(removedRefusal(removed)).toBeNull();
  });

  test('are at most at 100 places of a header; more are refused, and the reply says which', () => {
    const places = (count: number) =>
      removedRanges(scan(`${trace}${'X-Pochtar-a:\r\nb: c\r\n'.repeat(count)}\r\n`).fields, 2, isOurs);
    expect(removedRefusal(places(100))).toBeNull();
    expect(removedRefusal(places(101))).toMatchObject({
      code: 554,
      enhanced: '5.6.0',
      text: expect.stringContaining('X-Pochtar'),
    });
    expect(removedRefusal(null)).toBeNull();
  });

  test('RFC 5321 §4.4: our own Return-Path stays', () => {
    expect(removedRanges(scan(`${trace}\r\n`).fields, 2, isOurs)).toBeNull();
  });
});
