import { MailScanner, type ScannedMail } from '@pochtar/mail';
import { describe, expect, test } from 'vitest';
import { checkContent, removedRanges } from './check-content.ts';

const stranger = { isNormalised: false, senderAddresses: null };
const anna = { isNormalised: true, senderAddresses: new Set(['anna@demo.test', 'office@demo.test']) };

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
    [`a: b\r\n${'c: d\r\n'.repeat(50_000)}\r\n`, 554, '5.6.0'],
  ])('%.30j is refused with %i %s', (text, code, enhanced) => {
    expect(checkContent(scan(text), stranger)).toMatchObject({ code, enhanced });
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
});

describe('fields that no reader is shown', () => {
  const trace = 'Return-Path: <>\r\nReceived: x\r\n';
  const removedText = (brought: string): string => {
    const text = `${trace}${brought}\r\n`;
    const ranges = removedRanges(scan(text).fields, 2, 'MX.Demo.test') ?? [];
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
  ])('of %j: %j', (brought, removed) => {
    expect(removedText(brought)).toBe(removed);
  });

  test('RFC 5321 §4.4: our own Return-Path stays', () => {
    expect(removedRanges(scan(`${trace}\r\n`).fields, 2, 'x')).toBeNull();
  });
});
