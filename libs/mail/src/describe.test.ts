import { describe, expect, test } from 'vitest';
import { scanMail } from '../tests/scan-mail.ts';
import { describeContent, parseMessageId } from './describe.ts';
import { isShortHeaderField, MAX_SHORT_HEADER, shortHeader } from './short-header.ts';

const describeMail = (mail: string) => describeContent(scanMail(mail));

const header = [
  'Return-Path: <a@b>',
  'Received: from x by y;',
  ' Tue, 24 Nov 2026 04:50:00 +0000',
  'From: a@b',
  'DKIM-Signature: v=1; b=AAAA',
  'Subject: one',
  ' two',
  'X-Spam-Flag: NO',
  'X-Other: z',
  'Date: Tue, 24 Nov 2026 04:50:00 +0300',
  'Message-ID: (comment) <id@example.org>',
  'List-Id: <l>',
  '',
  '',
].join('\r\n');

describe('describeContent', () => {
  test('everything a row needs', () => {
    const described = describeMail(`${header}body\r\n`);
    expect(described).toMatchObject({
      size: header.length + 6,
      headerLength: header.length,
      shortHeaderComplete: true,
      sentAt: new Date('2026-11-24T01:50:00Z'),
      messageId: '<id@example.org>',
    });
    expect(described.envelope).toContain('"one two"');
    expect(described.bodyStructure).toMatch(/^\("text" "plain"/);
    expect(described.parts).toMatch(/^\[\[""/);
    expect(described.shortHeader.toString()).toBe(
      [
        'From: a@b',
        'Subject: one',
        ' two',
        'X-Spam-Flag: NO',
        'Date: Tue, 24 Nov 2026 04:50:00 +0300',
        'Message-ID: (comment) <id@example.org>',
        'List-Id: <l>',
        '',
      ].join('\r\n'),
    );
  });

  test('no text has NUL, wherever the mail has it', () => {
    const mail =
      'From: "a\u0000b" <x\u0000@y>\r\nSubject: \u0000\r\nMessage-ID: <\u0000@z>\r\nContent-Type: text/x\u0000; n="\u0000"\r\n' +
      'Content-Transfer-Encoding: \u0000\r\nContent-ID: \u0000\r\nContent-Disposition: a; b="\u0000"\r\n\r\n\u0000';
    const { envelope, bodyStructure, parts, messageId } = describeMail(mail);
    expect(`${envelope}${bodyStructure}${parts}${messageId}`).not.toContain('\u0000');
  });

  test('a mail without header has no date and no id', () => {
    expect(describeMail('\r\nbody')).toMatchObject({ sentAt: null, messageId: null, headerLength: 2 });
  });
});

describe('short header', () => {
  test('a field that does not fit is left out as a whole, and that shows', () => {
    const long = Buffer.from(`From: a@b\r\nTo: ${'x@y, '.repeat(2000)}\r\nSubject: s\r\n\r\n`);
    const { bytes, isComplete } = shortHeader(long);
    expect(bytes.toString()).toBe('From: a@b\r\nSubject: s\r\n');
    expect(isComplete).toBe(false);
    expect(bytes.length).toBeLessThanOrEqual(MAX_SHORT_HEADER);
  });

  test('a header that was cut is never called complete', () => {
    expect(describeMail(`X-Long: ${'x'.repeat(300_000)}\r\nFrom: a@b\r\n\r\n`).shortHeaderComplete).toBe(
      false,
    );
  });

  test.each(['from', 'list-unsubscribe', 'content-type', 'x-spam-status', 'references'])('has %s', (name) => {
    expect(isShortHeaderField(name)).toBe(true);
  });

  test.each(['received', 'dkim-signature', 'arc-seal', 'authentication-results', 'x-other'])(
    'has no %s',
    (name) => {
      expect(isShortHeaderField(name)).toBe(false);
    },
  );
});

test.each([
  ['<a@b>', '<a@b>'],
  ['junk <a@b> <c@d>', '<a@b>'],
  ['a@b', null],
  ['<a b>', null],
  ['', null],
])('Message-ID of %j', (value, id) => {
  expect(parseMessageId(value)).toBe(id);
});
