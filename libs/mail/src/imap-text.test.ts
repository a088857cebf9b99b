import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { madePart, renderMail } from '../tests/generated-mail.ts';
import type { ImapValue } from '../tests/imap-reader.ts';
import { scanMail as scan } from '../tests/scan-mail.ts';
import { readImap } from '../tests/imap-reader.ts';
import { bodyText, withoutGlobal } from './body-text.ts';
import { parseHeaderFields } from './header.ts';
import { bodyStructureText, envelopeText, imapString } from './imap-text.ts';

const envelope = (header: string) => envelopeText(parseHeaderFields(Buffer.from(header, 'latin1')));
const structure = (mail: string) => bodyStructureText(scan(mail).root);

describe('imapString', () => {
  test('quotes and backslashes are escaped, line ends and NUL removed, 8-bit octets make a literal', () => {
    expect(imapString('a"b\\c')).toBe('"a\\"b\\\\c"');
    expect(imapString('a\r\nb\u0000c')).toBe('"abc"');
    expect(imapString('\u00ff\r\n"x')).toBe('{3}\r\n\u00ff"x');
    expect(imapString('')).toBe('""');
    expect(imapString('a\u010a\u20acb')).toBe('"ab"');
  });

  test('property: read back as what it was without line ends and NUL', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
        (text) => {
          // oxlint-disable-next-line no-control-regex
          expect(readImap(imapString(text))).toBe(text.replace(/[\u0000\r\n]/g, ''));
        },
      ),
    );
  });
});

describe('ENVELOPE (RFC 9051 §7.5.2)', () => {
  test('the example of the RFC', () => {
    const header = [
      'Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)',
      'From: Terry Gray <gray@cac.washington.edu>',
      'Subject: IMAP4rev2 WG mtg summary and minutes',
      'To: imap@cac.washington.edu',
      'cc: minutes@CNRI.Reston.VA.US, ',
      '   John Klensin <KLENSIN@MIT.EDU>',
      'Message-Id: <B27397-0100000@cac.washington.edu>',
      '',
      '',
    ].join('\r\n');
    const gray = '(("Terry Gray" NIL "gray" "cac.washington.edu"))';
    expect(envelope(header)).toBe(
      '("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" ' +
        `${gray} ${gray} ${gray} ((NIL NIL "imap" "cac.washington.edu")) ` +
        '((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL ' +
        '"<B27397-0100000@cac.washington.edu>")',
    );
  });

  test('missing fields are NIL; an empty Sender or Reply-To is From', () => {
    expect(envelope('From: a@b\r\nReply-To:\r\nSender: \r\n')).toBe(
      '(NIL NIL ((NIL NIL "a" "b")) ((NIL NIL "a" "b")) ((NIL NIL "a" "b")) NIL NIL NIL NIL NIL)',
    );
    expect(envelope('')).toBe('(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)');
  });

  test('groups have a start and an end, other entries never have NIL as host', () => {
    expect(readImap(envelope('To: G: a@b;, local, Name Only\r\n'))).toMatchObject({
      5: [
        [null, null, 'G', null],
        [null, null, 'a', 'b'],
        [null, null, null, null],
        [null, null, 'local', ''],
        ['Name Only', null, '', ''],
      ],
    });
  });

  test('several fields of addresses are joined, of others the first counts', () => {
    const text = envelope(
      'From: a@a\r\nTo: G: b@b;\r\nTo: c@c\r\nCc: (x\r\nCc: d@d\r\nFrom: e@e\r\nSubject: 1\r\nSubject: 2\r\n',
    );
    const ae = [
      [null, null, 'a', 'a'],
      [null, null, 'e', 'e'],
    ];
    expect(readImap(text)).toEqual([
      null,
      '1',
      ae,
      ae,
      ae,
      [
        [null, null, 'G', null],
        [null, null, 'b', 'b'],
        [null, null, null, null],
        [null, null, 'c', 'c'],
      ],
      [[null, null, 'd', 'd']],
      null,
      null,
      null,
    ]);
  });

  test('RFC 9051 §7.5.2: every recipient of a long list is there, however many fields name them', () => {
    const list = (name: string) =>
      Array.from({ length: 6000 }, (_, at) => `${name}${at}@example.org`).join(',\r\n ');
    const text = envelope(`To: ${list('a')}\r\nTo: G: ${list('b')};\r\nCc: ${list('c')}\r\n`);
    const [, , , , , to, cc] = readImap(text) as ImapValue[][];
    expect([to?.length, cc?.length]).toEqual([12_002, 6000]);
    expect([to?.[5999], to?.at(-2), cc?.at(-1)]).toEqual([
      [null, null, 'a5999', 'example.org'],
      [null, null, 'b5999', 'example.org'],
      [null, null, 'c5999', 'example.org'],
    ]);
  });

  test('addresses are bounded by their size over all fields, groups are closed all the same', () => {
    const many = 'a@b,'.repeat(40_000);
    const text = envelope(
      `From: ${many}\r\nTo: ${many}\r\nTo: G: ${many};\r\nTo: e@f\r\nCc: ${many}\r\nBcc: ${many}\r\n`,
    );
    expect(text.length).toBeLessThan(2 * 1024 * 1024);
    const [, , from, sender, , to, cc] = readImap(text) as ImapValue[][];
    expect(from?.length).toBeGreaterThan(10_000);
    expect(sender).toEqual(from);
    expect(to?.length).toBeGreaterThan(40_000);
    expect(to?.at(-1)).toEqual([null, null, null, null]);
    expect(cc?.length ?? 0).toBeLessThan(2);
  });

  test('a long value is cut between characters and between encoded words', () => {
    for (const character of ['ы', '€', '😀']) {
      for (let lead = 0; lead < 4; lead++) {
        const long = 'x'.repeat(lead) + character.repeat(8192);
        const value = Buffer.from(long).toString('latin1');
        const read = readImap(imapString(value)) as string;
        expect(read.length).toBeGreaterThan(8188);
        expect(long.startsWith(Buffer.from(read, 'latin1').toString('utf8'))).toBe(true);
      }
    }
    const words = '=?utf-8?B?0J/RgNC40LLQtdGC?= '.repeat(400);
    expect(readImap(imapString(words))).toMatch(/\?= $/);
    expect(readImap(imapString(`=?${'x'.repeat(9000)}`))).toHaveLength(8192);
    expect(readImap(imapString('\u00cf'.repeat(9000)))).toHaveLength(8191);
  });

  test('raw 8-bit text goes out as the octets it came in', () => {
    expect(envelope('Subject: \u00cf\u00f0\u00e8\r\n')).toContain('NIL {3}\r\n\u00cf\u00f0\u00e8 NIL');
  });

  test('property: any header gives ten members', () => {
    const piece = fc.constantFrom(
      'From: ',
      'To: ',
      'Subject: ',
      'Date: ',
      '\r\n',
      ' ',
      'a@b',
      ',',
      '"',
      '\\',
      '<',
      '>',
      ':',
      ';',
      '\u00ff',
      '\u0000',
      '{3}',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = envelope(pieces.join(''));
        expect(readImap(text)).toHaveLength(10);
        expect(text).not.toContain('\u0000');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('BODYSTRUCTURE (RFC 9051 §7.5.2)', () => {
  test('a plain mail', () => {
    expect(structure('Subject: x\r\n\r\none\r\ntwo\r\n')).toBe(
      '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2 NIL NIL NIL NIL)',
    );
  });

  test('every field a part can have', () => {
    const mail = [
      'Content-Type: image/png; name="a b.png"',
      'Content-Transfer-Encoding: BASE64',
      'Content-ID: <id@x>',
      'Content-Description: a picture',
      'Content-MD5: Q2hlY2s=',
      'Content-Disposition: inline; filename=a.png',
      'Content-Language: ru, en',
      'Content-Location: http://x/',
      '',
      'AAAA',
    ].join('\r\n');
    expect(structure(mail)).toBe(
      '("image" "png" ("name" "a b.png") "<id@x>" "a picture" "base64" 4 "Q2hlY2s=" ' +
        '("inline" ("filename" "a.png")) ("ru" "en") "http://x/")',
    );
  });

  test('an embedded message has its envelope, structure and lines', () => {
    const mail = 'Content-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nz\r\n';
    expect(structure(mail)).toBe(
      '("message" "rfc822" NIL NIL NIL "7bit" 17 (NIL "y" NIL NIL NIL NIL NIL NIL NIL NIL) ' +
        '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 1 NIL NIL NIL NIL) 3 NIL NIL NIL NIL)',
    );
  });

  test('a multipart without parts has one empty text', () => {
    const text = structure('Content-Type: multipart/mixed; boundary=b\r\n\r\nnothing');
    expect(readImap(text)).toMatchObject({ 0: { 0: 'text', 1: 'plain', length: 12 }, 1: 'mixed', length: 6 });
  });

  test('an encoded message has an envelope without fields, an empty text, and its lines', () => {
    const mail =
      'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogaW4NCg0KeA0K';
    expect(structure(mail)).toBe(
      '("message" "rfc822" NIL NIL NIL "base64" 24 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ' +
        '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL) 1 NIL NIL NIL NIL)',
    );
  });

  test('what was not looked into is shown as octets', () => {
    const mail = 'Content-Type: message/rfc822\r\n\r\n'.repeat(40);
    expect(structure(mail)).toContain('("application" "octet-stream" NIL NIL NIL "7bit" ');
  });

  test('the optional text of all parts together is bounded', () => {
    const part = `--b\r\nContent-Type: text/plain; name="${'n'.repeat(4000)}"\r\n\r\nx\r\n`;
    const text = structure(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${part.repeat(900)}--b--`);
    expect(text.length).toBeLessThan(700_000);
    const read = readImap(text) as ImapValue[];
    expect(read).toHaveLength(905);
  });

  test('property: well-formed for any mail, and BODY is made of it by leaving out', () => {
    fc.assert(
      fc.property(madePart, (part) => {
        const text = structure(renderMail(part));
        const read = readImap(text) as ImapValue[];
        expect(readImap(bodyText(text))).toEqual(withoutExtension(read));
      }),
      { numRuns: 300 },
    );
  });
});

/** BODY of a BODYSTRUCTURE that was read. */
function withoutExtension(body: ImapValue[], globals: 'messages' | 'basic' = 'messages'): ImapValue[] {
  if (Array.isArray(body[0])) {
    const subtype = body.findIndex((item) => typeof item === 'string');
    return [
      ...body.slice(0, subtype).map((child) => withoutExtension(child as ImapValue[], globals)),
      body[subtype] ?? null,
    ];
  }
  if (body[0] === 'text') return body.slice(0, 8);
  if (body[0] !== 'message' || (body[1] === 'global' && globals === 'basic')) return body.slice(0, 7);
  return [...body.slice(0, 8), withoutExtension(body[8] as ImapValue[], globals), body[9] ?? null];
}

describe('BODY', () => {
  test('literals and escapes in values are passed over', () => {
    const good = '("image" "png" ("name" {4}\r\n)"(\u00ff) "a\\"(" NIL "7bit" 3 NIL ("inline" NIL) NIL NIL)';
    expect(bodyText(good)).toBe('("image" "png" ("name" {4}\r\n)"(\u00ff) "a\\"(" NIL "7bit" 3)');
  });

  const global = 'Content-Type: message/global\r\n\r\nSubject: y\r\n\r\nz';

  test('RFC 3501 §7.4.2: before IMAP4rev2 only message/rfc822 has an envelope; message/global is octets', () => {
    const asMessage = structure(global);
    expect(readImap(asMessage)).toMatchObject({ 0: 'message', 1: 'global', 7: { 1: 'y' }, length: 14 });
    expect(withoutGlobal(asMessage)).toBe('("message" "global" NIL NIL NIL "7bit" 15 NIL NIL NIL NIL)');
    expect(withoutGlobal(bodyText(asMessage))).toBe('("message" "global" NIL NIL NIL "7bit" 15)');
    const plain = structure('Subject: "message" "global"\r\n\r\nx');
    expect(withoutGlobal(plain)).toBe(plain);
  });

  test('a message/global anywhere in the tree', () => {
    const inside = `Content-Type: message/rfc822\r\n\r\n${global}`;
    const mail = `Content-Type: multipart/mixed; boundary=b; x="\u00ff)("\r\n\r\n--b\r\n${inside}\r\n--b\r\n\r\nt\r\n--b\r\n${global}\r\n--b--`;
    const basic = '("message" "global" NIL NIL NIL "7bit" 15 NIL NIL NIL NIL)';
    const text = withoutGlobal(structure(mail));
    expect(text.split(basic)).toHaveLength(3);
    const read = readImap(text) as ImapValue[];
    expect(read).toMatchObject({
      0: { 0: 'message', 1: 'rfc822', 8: { 1: 'global', length: 11 }, length: 14 },
      3: 'mixed',
    });
    expect(readImap(withoutGlobal(bodyText(structure(mail))))).toEqual(withoutExtension(read, 'basic'));
  });

  test('property: where nothing is message/global nothing changes', () => {
    fc.assert(
      fc.property(madePart, (made) => {
        const text = structure(renderMail(made));
        expect(withoutGlobal(text)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    '',
    '(',
    '("text"',
    '("text" "plain"',
    '("text" "plain" NIL NIL NIL "7bit" 1 1',
    '({99}\r\n',
    '("a',
    '({x}\r\n',
  ])('a damaged text is an error that says so: %j', (text) => {
    expect(() => bodyText(text)).toThrow('damaged');
  });
});
