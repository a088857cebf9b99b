import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { partEncodings, sevenBit, Unconvertible } from './seven-bit.ts';

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function converted(text: string | Buffer, size = 7): Promise<string> {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'));
  const encodings = await partEncodings(cut(bytes, size));
  const pieces: Buffer[] = [];
  for await (const piece of sevenBit(cut(bytes, size), encodings)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('latin1');
}

const plain = (body: string, more = ''): string =>
  `From: a@d.test\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n${more}\n${body}`;
const lines = (...text: string[]): string => text.join('\r\n');

describe('RFC 6152 §3: a message for a server that takes no 8-bit octets', () => {
  test('text that is mostly US-ASCII is quoted-printable, other text base64', async () => {
    expect(await converted(plain('Caf\u00e9 and much more besides, = 1 \nend\t\n'))).toBe(
      lines(
        ...['From: a@d.test', 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8'],
        ...[
          'Content-Transfer-Encoding: quoted-printable',
          '',
          'Caf=C3=A9 and much more besides, =3D 1=20',
          'end=09',
          '',
        ],
      ),
    );
    const base64 = await converted(plain('Привет, мир\n'));
    expect(base64).toContain('Content-Transfer-Encoding: base64\r\n\r\n');
    expect((await PostalMime.parse(base64)).text?.trim()).toBe('Привет, мир');
  });

  test('part by part: what needs nothing stays, the line end before a boundary is its own', async () => {
    const text = lines(
      ...[
        'Content-Type: multipart/mixed; boundary="b 1"',
        'MIME-Version: 1.0',
        'Content-Transfer-Encoding: 8bit',
        '',
      ],
      ...[
        'preamble',
        '--b 1',
        '',
        'plain',
        '--b 1',
        'Content-Type: text/html; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
        '',
      ],
      ...[
        '<b>caf\u00e9 au lait</b> with milk and sugar',
        '--b 1',
        'Content-Type: image/png',
        'Content-Transfer-Encoding: binary',
        '',
      ],
      ...[
        '\u00ff\u00fe\u0000',
        '--b 1',
        'Content-Type: text/plain',
        'Content-Transfer-Encoding: base64',
        '',
        'YWJj',
        '--b 1--',
        'epilogue \u00e9',
        '',
      ],
    );
    const made = await converted(text);
    expect(made).toBe(
      lines(
        ...[
          'Content-Type: multipart/mixed; boundary="b 1"',
          'MIME-Version: 1.0',
          'Content-Transfer-Encoding: 7bit',
          '',
        ],
        ...[
          'preamble',
          '--b 1',
          '',
          'plain',
          '--b 1',
          'Content-Type: text/html; charset=utf-8',
          'Content-Transfer-Encoding: quoted-printable',
          '',
        ],
        ...[
          '<b>caf=C3=A9 au lait</b> with milk and sugar',
          '--b 1',
          'Content-Type: image/png',
          'Content-Transfer-Encoding: base64',
          '',
        ],
        ...[
          'w7/DvgA=',
          '--b 1',
          'Content-Type: text/plain',
          'Content-Transfer-Encoding: base64',
          '',
          'YWJj',
          '--b 1--',
          'epilogue ??',
          '',
        ],
      ),
    );
  });

  test.each([
    ['a long boundary', 'b'.repeat(220), 'b'.repeat(220)],
    ['RFC 2046 §5.1.1: a line that goes on behind its boundary', 'b', 'b and more'],
    ['blanks behind the boundary', '"b  "', 'b'],
  ])('parts are those that readers see: %s', async (_what, parameter, line) => {
    const made = await converted(
      `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=${parameter}\n\n--${line}\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit (as it is)\n\n<p>caf\u00e9 au lait\n--${line}--\n`,
    );
    expect(made).toContain('Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>caf=C3=A9 au lait');
  });

  test('RFC 2046 §5.2.1: a message within is not encoded, what is in it is', async () => {
    const made = await converted(
      `MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n\n--b\n\n${plain('caf\u00e9 and so on and on\n')}\n--b--\n`,
    );
    expect(made).toContain('--b\r\n\r\nFrom: a@d.test\r\n');
    expect(made).toContain(
      'Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9 and so on and on\r\n\r\n--b--\r\n',
    );
  });

  test('text without a label gets one', async () => {
    expect(await converted(Buffer.from('Subject: x\r\n\r\nabcdefghijkl\xe9\r\n', 'latin1'))).toBe(
      lines(
        ...['Subject: x', 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=unknown-8bit'],
        ...['Content-Transfer-Encoding: quoted-printable', '', 'abcdefghijkl=E9', ''],
      ),
    );
  });

  test('what is 7-bit stays as it is', async () => {
    const text = lines(
      'Subject: x',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      ' text ',
      '--b--',
      '',
    );
    expect(await converted(text)).toBe(text);
  });
});

describe('RFC 6531 §3.2: a header for a server that takes no UTF-8', () => {
  test('has encoded words, extended parameters and A-labels', async () => {
    const made = await converted(
      'Subject: тема\nFrom: "Анна" <anna@пример.test>, b@d.test\nTo: Все: Борис <b@d.test>, c@d.test;\nX-Any: ф\nReceived: from a by b with UTF8SMTP id 1\n for <ящик@пример.test>; Sat, 28 Nov 2026 08:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/plain; name="файл.txt"\nContent-Disposition: attachment; filename=\u0444.txt\n\ntext\n',
    );
    expect(made).toMatch(/^[\u0000-\u007f]*$/); // oxlint-disable-line no-control-regex
    const read = await PostalMime.parse(made);
    expect(read.subject).toBe('тема');
    expect(read.from).toMatchObject({
      name: 'Анна',
      address: expect.stringMatching(/^anna@(?:xn--e1afmkfd|пример)\.test$/),
    });
    expect(read.to).toMatchObject([
      { name: 'Все', group: [{ name: 'Борис', address: 'b@d.test' }, { address: 'c@d.test' }] },
    ]);
    expect(read.headers.find(({ key }) => key === 'received')?.value).not.toContain('for');
    expect(made).toContain("filename*=utf-8''%D1%84.txt");
  });

  test.each([
    ['an address whose local part is in UTF-8', 'From: ящик@d.test\n\n'],
    ['a field that allows no encoded words', 'Message-ID: <ы@d.test>\n\n'],
  ])('but not %s', async (_what, text) => {
    await expect(converted(text)).rejects.toThrow(Unconvertible);
  });
});

describe('what cannot be converted', () => {
  test.each([
    ['what is signed as it stands', 'Content-Type: multipart/signed; boundary=b\n\n--b\n\n\u00e9\n--b--\n'],
    ['a part that is encoded already', 'Content-Transfer-Encoding: base64\n\n\u00e9\n'],
    ['a type that allows no encoding', 'Content-Type: message/delivery-status\n\n\u00e9\n'],
    ['parts without a boundary', 'Content-Type: multipart/mixed\n\n\u00e9\n'],
    ['parts with an empty one', 'Content-Type: multipart/mixed; boundary=""\n\n--\n\n\u00e9\n'],
    [
      'too deep',
      `${'Content-Type: message/rfc822\n\n'.repeat(60).replaceAll('Content-Type: message/rfc822\n\n', 'Content-Type: multipart/mixed; boundary=b\n\n--b\n')}\n\u00e9`,
    ],
  ])('%s', async (_what, text) => {
    await expect(converted(text)).rejects.toThrow(Unconvertible);
  });
});

test('whatever comes in whatever pieces: US-ASCII, and the same when it is read', async () => {
  const body = fc.string({
    unit: fc.constantFrom('a', 'b', ' ', '=', '.', '-', '\t', '\u00e9', 'ж', '\n'),
    maxLength: 300,
  });
  await fc.assert(
    fc.asyncProperty(body, fc.integer({ min: 1, max: 40 }), async (text, size) => {
      const source = plain(text).replaceAll('\n', '\r\n');
      const made = await converted(source, size);
      expect(made).toMatch(/^[\u0000-\u007f]*$/); // oxlint-disable-line no-control-regex
      expect(made.split('\r\n').every((line) => line.length <= 998)).toBe(true);
      const read = async (message: string): Promise<string> =>
        (await PostalMime.parse(Buffer.from(message))).text?.replaceAll('\r\n', '\n') ?? '';
      expect((await read(made)).trimEnd()).toBe((await read(source)).trimEnd());
      expect(await converted(source, 1000)).toBe(made);
    }),
    { numRuns: 100 },
  );
});
