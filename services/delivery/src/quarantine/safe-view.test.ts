import { expect, test } from 'vitest';
import { safeHeader, safeParts } from './safe-view.ts';

const mail = (lines: readonly string[]): Buffer => Buffer.from(lines.join('\r\n'), 'latin1');
const view = (lines: readonly string[]) => safeParts(mail(lines), mail(lines).length);

test('HTML is the words that it has, never markup; scripts and remote pictures are text as well', () => {
  const { texts } = view([
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>Dear <b>cus</b>tomer</p><img src="https://evil.test/x.gif"><script>alert(1)</script>',
  ]);
  expect(texts).toMatchObject([{ type: 'text/html', isCut: false }]);
  expect(texts[0]?.text).toContain('Dear customer');
  expect(texts[0]?.text).not.toMatch(/[<>]/);
});

test('charsets and transfer encodings are decoded; controls but TAB and LF are made visible', () => {
  const { texts } = view([
    'Content-Type: text/plain; charset=koi8-r',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4, 0x1b, 0x5b, 0x0d, 0x0a, 0x09, 0x61]).toString('base64'),
  ]);
  expect(texts[0]?.text).toBe('Привет\ufffd[\n\ta');
});

test('everything that is no text to read is a name, a type and a size', () => {
  const file = Buffer.alloc(5700, 1)
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n');
  const { texts, attachments } = view([
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'words',
    '--b',
    'Content-Type: application/pdf; name="=?utf-8?B?0YHRh9GR0YI=?=.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    file,
    '--b',
    'Content-Type: text/html; name=page.html',
    'Content-Disposition: attachment',
    '',
    '<b>x</b>',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'Subject: inner',
    '',
    'inner words',
    '--b--',
  ]);
  expect(texts.map(({ text }) => text)).toEqual(['words']);
  expect(attachments).toEqual([
    { name: 'счёт.pdf', type: 'application/pdf', size: expect.closeTo(5700, -2) },
    { name: 'page.html', type: 'text/html', size: 8 },
    { name: '', type: 'message/rfc822', size: expect.any(Number) },
  ]);
});

test('a bomb of parts and text is cut: the answer fits into one message of the bus', () => {
  const part = ['--b', 'Content-Type: text/plain', '', '\u0001'.repeat(4000)];
  const lines = [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    ...Array.from({ length: 500 }, () => part).flat(),
  ];
  const found = view(lines);
  expect(found.isCut).toBe(true);
  expect(found.texts.length + found.attachments.length).toBeLessThanOrEqual(100);
  expect(Buffer.byteLength(JSON.stringify(found))).toBeLessThan(800_000);
});

test('of a mail of which only the beginning is read the last part goes on to its end', () => {
  const begun = mail(['Content-Type: application/zip; name=a.zip', '', 'x'.repeat(100)]);
  const found = safeParts(begun, 1_000_000);
  expect(found).toMatchObject({ isCut: true, attachments: [{ name: 'a.zip' }] });
  expect(found.attachments[0]?.size).toBeGreaterThan(900_000);
});

test('a header is decoded field by field, each on one line and of a bounded length', () => {
  const { fields, isCut } = safeHeader(
    mail(['Subject: =?utf-8?B?0YLQtdC80LA=?=', ' folded', `X-Long: ${'y'.repeat(5000)}`, '', '']),
  );
  expect(fields[0]).toEqual({ name: 'Subject', value: 'тема folded' });
  expect(fields[1]?.value).toHaveLength(2000);
  expect(isCut).toBe(true);
  const many = safeHeader(mail([...Array.from({ length: 500 }, (_, n) => `X-${n}: v`), '', '']));
  expect(many).toMatchObject({ isCut: true });
  expect(many.fields).toHaveLength(200);
});
