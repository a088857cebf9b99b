import { describe, expect, test } from 'vitest';
import { scanMail as scan, scanOctets } from '../tests/scan-mail.ts';
import type { Part } from './structure.ts';

/** A tree as one line for each part: path, type, body. */
function outline(mail: string, part: Part): string[] {
  const text = part.children.length > 0 ? '' : JSON.stringify(mail.slice(part.bodyStart, part.end));
  const line = `${part.path} ${part.type}/${part.subtype} ${text}`.trim();
  return [line, ...part.children.flatMap((child) => outline(mail, child))];
}

const lines = (...all: string[]) => all.join('\r\n');

describe('structure', () => {
  test('a mail without MIME fields is one text/plain in us-ascii', () => {
    const mail = lines('Subject: x', '', 'one', 'two', '');
    const scanned = scan(mail);
    expect(scanned.root).toMatchObject({
      path: '',
      type: 'text',
      subtype: 'plain',
      encoding: '7bit',
      lines: 2,
    });
    expect(scanned.root.parameters.get('charset')).toBe('us-ascii');
    expect(scanned.headerLength).toBe(mail.indexOf('one'));
    expect(scanned.header.toString()).toBe('Subject: x\r\n\r\n');
  });

  test('RFC 2046 §5.1.1: the line end before a delimiter belongs to the delimiter', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      'preamble',
      '--b',
      '',
      'one',
      '--b',
      'Content-Type: text/html',
      '',
      'two',
      '',
      '--b--',
      'epilogue',
      '',
    );
    expect(outline(mail, scan(mail).root)).toEqual([
      'multipart/mixed',
      '1 text/plain "one"',
      '2 text/html "two\\r\\n"',
    ]);
  });

  test('a part may be empty, with or without a blank line behind its header', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      '--b',
      'Content-Type: image/png',
      '--b--',
    );
    const { root } = scan(mail);
    expect(outline(mail, root)).toEqual(['multipart/mixed', '1 text/plain ""', '2 image/png ""']);
    expect(root.children.map((part) => part.lines)).toEqual([0, 0]);
    expect(root.children.map((part) => part.end - part.bodyStart)).toEqual([0, 0]);
  });

  test('RFC 9051 §6.4.5: parts of embedded messages are numbered below them', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a',
      'Content-Type: message/rfc822',
      '',
      'Subject: multipart inside',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      '',
      'x',
      '--b',
      '',
      'y',
      '--b--',
      '--a',
      'Content-Type: message/rfc822',
      '',
      'Subject: text inside',
      '',
      'z',
      '--a--',
    );
    const { root } = scan(mail);
    expect(outline(mail, root)).toEqual([
      'multipart/mixed',
      '1 message/rfc822',
      '1 multipart/alternative',
      '1.1 text/plain "x"',
      '1.2 text/plain "y"',
      '2 message/rfc822',
      '2.1 text/plain "z"',
    ]);
    expect(root.children[1]?.envelope?.map((field) => field.value)).toEqual(['text inside']);
  });

  test('a mail that is itself a message/rfc822 numbers its inside from 1', () => {
    const mail = lines('Content-Type: message/rfc822', '', 'Subject: y', '', 'z');
    expect(outline(mail, scan(mail).root)).toEqual(['message/rfc822', '1.1 text/plain "z"']);
  });

  test('RFC 2046 §5.1.5: a part of a digest without a type is a message', () => {
    const mail = lines(
      'Content-Type: multipart/digest; boundary=d',
      '',
      '--d',
      '',
      'Subject: s',
      '',
      'text',
      '--d--',
    );
    expect(outline(mail, scan(mail).root)).toEqual([
      'multipart/digest',
      '1 message/rfc822',
      '1.1 text/plain "text"',
    ]);
  });

  test('RFC 2046 §5.1.1: of boundaries that begin alike the longest that is open is meant', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: multipart/mixed; boundary=bb',
      '',
      '--bb',
      '',
      'one',
      '--bbb',
      '',
      'two',
      '--bb--',
      'epilogue',
      '--bb',
      '',
      'three',
      '--b--',
    );
    expect(outline(mail, scan(mail).root)).toEqual([
      'multipart/mixed',
      '1 multipart/mixed',
      '1.1 text/plain "one"',
      '1.2 text/plain "two"',
      '2 text/plain "three"',
    ]);
  });

  test('RFC 2046 §5.1.1: `--a--` closes a, even inside of a boundary `a--`', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary="a--"',
      '',
      '--a--',
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a',
      '',
      'one',
      '--a--',
      'epilogue',
      '--a----',
      'end',
    );
    const { root, problems } = scan(mail);
    expect(outline(mail, root)).toEqual(['multipart/mixed', '1 multipart/mixed', '1.1 text/plain "one"']);
    expect(problems).toEqual([]);
  });

  test('a missing closing delimiter ends with the multipart around it, or with the mail', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'x',
      '--a',
      '',
      'y',
    );
    const scanned = scan(mail);
    expect(outline(mail, scanned.root)).toEqual([
      'multipart/mixed',
      '1 multipart/mixed',
      '1.1 text/plain "x"',
      '2 text/plain "y"',
    ]);
    expect(scanned.problems).toEqual(['closing delimiter missing']);
  });

  test('of two equal boundaries the inner one counts until it is closed', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a',
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a',
      '',
      'x',
      '--a--',
      '--a',
      '',
      'y',
      '--a--',
    );
    expect(outline(mail, scan(mail).root)).toEqual([
      'multipart/mixed',
      '1 multipart/mixed',
      '1.1 text/plain "x"',
      '2 text/plain "y"',
    ]);
  });

  test('RFC 2046 §5.1.1: the boundary is compared with the beginning of the line, whatever follows', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a \t',
      '',
      'one',
      '--a garbage',
      '',
      'two',
      '--a-',
      '',
      'three',
      `--a${'x'.repeat(3000)}`,
      '',
      'four',
      '--a-- footer of a list',
      'epilogue',
    );
    const scanned = scan(mail);
    expect(outline(mail, scanned.root)).toEqual([
      'multipart/mixed',
      '1 text/plain "one"',
      '2 text/plain "two"',
      '3 text/plain "three"',
      '4 text/plain "four"',
    ]);
    expect(scanned.problems).toEqual([]);
    expect(scanOctets(Buffer.from(mail))).toEqual(scanned);
  });

  test.each(['--bb----', '--bb--', '--bb-- ', '--bb--x'])('%j closes the multipart bb', (last) => {
    const mail = lines('Content-Type: multipart/mixed; boundary=bb', '', '--bb', '', 'one', last, 'epilogue');
    expect(outline(mail, scan(mail).root)).toEqual(['multipart/mixed', '1 text/plain "one"']);
  });

  test.each([
    ['--bb ', '--bb --'],
    ['--bb', '--bb--'],
  ])(
    'RFC 2046 §5.1.1: blanks at the end of a boundary may be missing in its lines: %j, %j',
    (open, close) => {
      const mail = lines(
        'Content-Type: multipart/mixed; boundary="bb "',
        '',
        open,
        '',
        'one',
        open,
        '',
        'two',
        close,
        'epilogue',
      );
      const { root, problems } = scan(mail);
      expect(outline(mail, root)).toEqual(['multipart/mixed', '1 text/plain "one"', '2 text/plain "two"']);
      expect(problems).toEqual([]);
    },
  );

  test.each([
    "boundary*=us-ascii''a%20b",
    "boundary*0*=us-ascii'en'a; boundary*1*=%20b",
    'boundary*0=a; boundary*1=" b"',
  ])('RFC 2231 §4: the boundary may be an extended parameter: %s', (parameter) => {
    const mail = lines(`Content-Type: multipart/mixed; ${parameter}`, '', '--a b', '', 'one', '--a b--');
    expect(outline(mail, scan(mail).root)).toEqual(['multipart/mixed', '1 text/plain "one"']);
  });

  test.each([
    'multipart/mixed boundary="xyz1"',
    'multipart/mixed, boundary=xyz1',
    'multipart/mixed boundary=xyz1 x=y',
  ])('a multipart whose semicolon is missing is one: %s', (type) => {
    const mail = lines(`Content-Type: ${type}`, '', '--xyz1', '', 'one', '--xyz1--');
    expect(outline(mail, scan(mail).root)).toEqual(['multipart/mixed', '1 text/plain "one"']);
  });

  test.each(['7-bit', '8-bit', 'x-unknown', 'none'])(
    'an encoding that is none hides no message and no multipart: %s',
    (encoding) => {
      const mail = lines(
        'Content-Type: multipart/mixed; boundary=b',
        `Content-Transfer-Encoding: ${encoding}`,
        '',
        '--b',
        'Content-Type: message/rfc822',
        `Content-Transfer-Encoding: ${encoding}`,
        '',
        'Subject: in',
        '',
        'inside',
        '--b--',
      );
      expect(outline(mail, scan(mail).root)).toEqual([
        'multipart/mixed',
        '1 message/rfc822',
        '1.1 text/plain "inside"',
      ]);
    },
  );

  test.each([
    'multipart/mixed',
    'multipart/mixed; boundary=""',
    `multipart/mixed; boundary=${'b'.repeat(256)}`,
  ])('a multipart without a usable boundary is text: %s', (type) => {
    const mail = lines(`Content-Type: ${type}`, '', '--', '', 'x', '');
    expect(scan(mail).root).toMatchObject({ type: 'text', subtype: 'plain', kind: 'leaf', children: [] });
  });

  test('a delimiter ends the headers before it, also that of an embedded message', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: message/rfc822',
      '--b',
      'X: y',
      '--b--',
    );
    expect(outline(mail, scan(mail).root)).toEqual([
      'multipart/mixed',
      '1 message/rfc822',
      '1.1 text/plain ""',
      '2 text/plain ""',
    ]);
  });

  test('a delimiter that ends the header of a multipart is of the multipart around it, equal boundaries or not', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: multipart/mixed; boundary=b',
      '--b',
      '',
      'two',
      '--b--',
    );
    const { root, problems } = scan(mail);
    expect(outline(mail, root)).toEqual(['multipart/mixed', '1 multipart/mixed ""', '2 text/plain "two"']);
    expect(problems).toEqual([]);
  });

  test('of two fields with one name the first counts', () => {
    const { root } = scan(
      'Content-Type: text/html\r\nContent-Type: text/css\r\nContent-ID: <1>\r\nContent-ID: <2>\r\n\r\n',
    );
    expect(root).toMatchObject({ subtype: 'html', id: '<1>' });
  });

  test('RFC 2046 §5.2.1: an encoded message is a message whose header no field can be read of', () => {
    const mail = lines(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: message/rfc822; name=a.eml',
      'Content-Transfer-Encoding: base64',
      '',
      'U3ViamVjdDogaW4NCg0KeA0K',
      '--b--',
    );
    const { root } = scan(mail);
    expect(outline(mail, root)).toEqual(['multipart/mixed', '1 message/rfc822', '1.1 text/plain ""']);
    expect(root.children[0]).toMatchObject({ envelope: [], encoding: 'base64', lines: 1 });
  });

  test('the empty mail and a mail of a header only have a body of no octets', () => {
    expect(scan('')).toMatchObject({ size: 0, headerLength: 0, root: { lines: 0, end: 0 } });
    expect(scan('Subject: x')).toMatchObject({ size: 10, headerLength: 10, root: { lines: 0, end: 10 } });
  });

  test('bare LF ends lines like CRLF, bare CR does not', () => {
    const mail =
      'Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\ntwo\r--b\n--b\r\n\r\nthree\n--b--\n';
    const scanned = scan(mail);
    expect(outline(mail, scanned.root)).toEqual([
      'multipart/mixed',
      '1 text/plain "one\\ntwo\\r--b"',
      '2 text/plain "three"',
    ]);
    expect(scanned.hasBareLineBreaks).toBe(true);
    expect(scanned.root.children.map((part) => part.lines)).toEqual([2, 1]);
  });
});
