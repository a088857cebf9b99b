import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MadePart } from '../tests/generated-mail.ts';
import { madePart, renderMail } from '../tests/generated-mail.ts';
import { scanMail as scan, scanOctets } from '../tests/scan-mail.ts';
import { MailScanner } from './scan.ts';
import type { Part } from './structure.ts';

describe('properties', () => {
  function expected(part: MadePart): unknown {
    return { type: part.type, body: part.body, children: part.children.map(expected) };
  }

  function found(mail: string, part: Part): unknown {
    const children = part.children.map((child) => found(mail, child));
    return { type: `${part.type}/${part.subtype}`, body: mail.slice(part.bodyStart, part.end), children };
  }

  test('what a mail was made of is found again, whatever the chunks', () => {
    fc.assert(
      fc.property(madePart, fc.array(fc.nat(3000), { maxLength: 8 }), (part, places) => {
        const mail = renderMail(part);
        const scanned = scan(mail, {}, places);
        expect(found(mail, scanned.root)).toEqual(expected(part));
        expect(scanned.problems).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test('lines are those of the body', () => {
    fc.assert(
      fc.property(madePart, (part) => {
        const mail = renderMail(part);
        const check = (each: Part): void => {
          const body = mail.slice(each.bodyStart, each.end);
          expect(each.lines).toBe(body === '' ? 0 : body.split('\n').length - (body.endsWith('\n') ? 1 : 0));
          each.children.forEach(check);
        };
        check(scan(mail).root);
      }),
      { numRuns: 200 },
    );
  });

  // Pieces that mean something in every place, in any order.
  const hostile = fc.array(
    fc.constantFrom(
      'Content-Type: multipart/mixed; boundary=b',
      'Content-Type: multipart/digest;\r\n boundary="bb"',
      'Content-Type: message/rfc822',
      'Content-Transfer-Encoding: base64',
      'Subject: s',
      'subj',
      'ect:',
      '\r\n To: x',
      '--b garbage',
      `w${'w'.repeat(600)}:`,
      '\r\n',
      '\n',
      '\r',
      '\r\n\r\n',
      '--b',
      '--bb',
      '--b--',
      '--bb--',
      '-',
      ' ',
      '\t',
      '\r\n--b\r\n\r\n--b\r\n',
      'Content-Type: message/rfc822\r\n--b\r\n',
      'x',
      'y'.repeat(90),
      'z'.repeat(700),
      '\u0000',
      '\u00ff',
    ),
    { maxLength: 60 },
  );
  const tight = { depth: 3, parts: 6, headerBytes: 1024, headerReach: 2000, boundaryBytes: 8 };

  test.each([
    ['default', {}],
    ['tight', tight],
  ])('the result does not depend on the chunks (%s limits)', (_, limits) => {
    fc.assert(
      fc.property(hostile, fc.array(fc.nat(5000), { maxLength: 10 }), (pieces, places) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1');
        const whole = scan(bytes, limits);
        expect(scan(bytes, limits, places)).toEqual(whole);
        expect(scanOctets(bytes, limits)).toEqual(whole);
      }),
      { numRuns: 700 },
    );
  });

  test('parts lie inside the part around them, in order', () => {
    fc.assert(
      fc.property(hostile, (pieces) => {
        const scanned = scan(pieces.join(''), tight);
        const check = (part: Part): void => {
          expect(part.headerStart).toBeLessThanOrEqual(part.bodyStart);
          expect(part.bodyStart).toBeLessThanOrEqual(part.end);
          let from = part.bodyStart;
          for (const child of part.children) {
            expect(child.headerStart).toBeGreaterThanOrEqual(from);
            expect(child.end).toBeLessThanOrEqual(Math.max(part.end, child.bodyStart));
            from = child.end;
            check(child);
          }
        };
        check(scanned.root);
      }),
      { numRuns: 500 },
    );
  });

  test('a chunk may be overwritten once it was taken', () => {
    const mail = Buffer.from(
      'Subject: kept\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--',
    );
    const scanner = new MailScanner();
    for (const octet of mail) {
      const chunk = Buffer.from([octet]);
      scanner.write(chunk);
      chunk.fill(0x21);
    }
    expect(scanner.end()).toEqual(scan(mail));
  });
});
