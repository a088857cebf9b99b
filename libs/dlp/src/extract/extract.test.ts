import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extractFile, extractMail } from './extract.ts';
import { docx, ods, odt, pdf, pptx, rtf, xlsx, zip } from './sample-files.ts';

const SECRET = 'Договор № 17 & «секрет»';
const texts = async (bytes: Buffer, name = 'a') => (await extractFile({ name, bytes })).texts.join('\n');
const encoded = (charset: string, text: string) => {
  const byChar = new Map<string, number>();
  for (let octet = 0; octet < 256; octet++)
    byChar.set(new TextDecoder(charset).decode(Buffer.from([octet])), octet);
  return Buffer.from(Array.from(text, (char) => byChar.get(char) ?? 0x3f));
};
const mail = (type: string, body: string | Buffer, encoding = '8bit') =>
  Buffer.concat([
    Buffer.from(
      `From: a@example.test\r\nSubject: =?utf-8?B?${Buffer.from('Тема').toString('base64')}?=\r\n` +
        `MIME-Version: 1.0\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`,
    ),
    Buffer.from(body),
  ]);

describe('the text of a file is read, whatever it is called', () => {
  test.each([
    ['docx', docx],
    ['xlsx', xlsx],
    ['pptx', pptx],
    ['odt', odt],
    ['ods', ods],
    ['rtf', rtf],
  ])('%s', async (kind, make) => {
    const { files, texts: found, unread } = await extractFile({ name: 'photo.jpg', bytes: make(SECRET) });
    expect(files).toMatchObject([{ kind }]);
    expect(found.join('\n')).toContain(SECRET.replace('№', 'No'));
    expect(unread).toEqual([]);
  });

  test('pdf', async () => {
    const { files, texts: found, unread } = await extractFile({ name: 'x', bytes: pdf('Secret plan 2026') });
    expect(files).toMatchObject([{ kind: 'pdf' }]);
    expect(found.join('\n')).toContain('Secret plan 2026');
    expect(unread).toEqual([]);
  });

  test('what lies in a document beside its own parts is read as well, a font of it is not', async () => {
    const hidden = zip([
      ['[Content_Types].xml', '<Types/>'],
      ['word/document.xml', '<w:document/>'],
      ['word/media/photo.jpg', zip([['plan.txt', Buffer.from('тайный план')]])],
      ['customXml/notes.txt', 'ещё одна тайна'],
      ['word/fonts/font1.odttf', Buffer.from([1, 0, 255, 3, 0, 7, 200, 9])],
      ['word/media/image1.emf', Buffer.concat([Buffer.alloc(40, 1), Buffer.from(' EMF')])],
    ]);
    const { texts: found, unread } = await extractFile({ name: 'a.docx', bytes: hidden });
    expect(found.join('\n')).toMatch(/тайный план[^]*одна тайна/);
    expect(unread).toEqual([]);
  });

  test('a word that formatting cuts is one word', async () => {
    const html = Buffer.from('<html><p>сек<b>ре</b>т&#1099;</p><p>два</p><!-- тайна -->');
    expect(await texts(html)).toMatch(/секреты\n+два\n+\s*тайна/);
  });

  test.each(['windows-1251', 'koi8-r', 'ibm866', 'iso-8859-5'])(
    'a text in %s without a word of it',
    async (charset) => {
      const text = 'Сведения составляют коммерческую тайну общества.';
      expect(await texts(encoded(charset, text))).toBe(text);
    },
  );

  test('a text in UTF-16, with a mark and without one', async () => {
    const text = 'Договор поставки, тайна';
    const wide = Buffer.from(text, 'utf16le');
    expect(await texts(wide)).toBe(text);
    expect(await texts(Buffer.concat([Buffer.from([0xff, 0xfe]), wide]))).toBe(text);
    expect(await texts(Buffer.from(wide).swap16())).toBe(text);
  });
});

describe('a mail', () => {
  test('its subject, its names of files and every part in its charset and encoding', async () => {
    const body =
      `--b\r\nContent-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: base64\r\n\r\n` +
      `${encoded('koi8-r', 'первая часть').toString('base64')}\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Transfer-Encoding: quoted-printable\r\nContent-Disposition: attachment; filename="plan=20.txt"\r\n\r\n` +
      `=D0=B2=D1=82=D0=BE=\r\n=D1=80=D0=B0=D1=8F\r\n--b--\r\nэпилог`;
    const { texts: found } = await extractMail(mail('multipart/mixed; boundary=b', body));
    const all = found.join('\n');
    for (const wanted of ['Тема', 'первая часть', 'вторая', 'plan=20.txt', 'эпилог'])
      expect(all).toContain(wanted);
  });

  test('one in a zip in a mail in a mail', async () => {
    const inner = mail(
      'application/zip',
      zip([['x.eml', mail('text/plain', 'глубоко')]]).toString('base64'),
      'base64',
    );
    const { texts: found } = await extractMail(mail('message/rfc822', inner));
    expect(found.join('\n')).toContain('глубоко');
  });
});

describe('what cannot be read is said', () => {
  const why = async (bytes: Buffer) => (await extractFile({ name: 'x', bytes })).unread.map((one) => one.why);
  const locked = zip([['a.txt', Buffer.from('тайна')]]);
  // The flag of encryption in both headers.
  locked[6] = 1;
  locked[locked.indexOf('PK\u0001\u0002', 0, 'latin1') + 8] = 1;

  test.each<[string, Buffer, string]>([
    ['a zip archive with a password', locked, 'encrypted'],
    ['a zip archive cut in two', zip([['a', Buffer.alloc(2000, 'ab')]]).subarray(0, 40), 'damaged'],
    ['a PGP message', Buffer.from('-----BEGIN PGP MESSAGE-----\n\nhQEMA'), 'encrypted'],
    ['a rar archive', Buffer.from('Rar!\u001a\u0007\u0001\u0000', 'latin1'), 'unknownFormat'],
    ['octets of nothing known', Buffer.from([1, 0, 255, 3, 0, 7, 200, 9]), 'unknownFormat'],
    ['a PDF that is none', Buffer.from('%PDF-1.7\nnothing'), 'damaged'],
  ])('%s', async (_, bytes, reason) => expect(await why(bytes)).toEqual([reason]));

  test('a picture holds nothing to read, and its kind is known', async () => {
    const { files, unread } = await extractFile({
      name: 'a.txt',
      bytes: Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
    });
    expect({ files, unread }).toEqual({ files: [{ name: 'a.txt', kind: 'image', bytes: 8 }], unread: [] });
  });
});

describe('what would become too much is not read to its end', () => {
  const bomb = deflateRawSync(Buffer.alloc(50_000_000));

  test('a zip bomb is inflated as far as the mail has room, and no further', async () => {
    const entry = { packed: bomb, size: 100 };
    const many = zip(Array.from({ length: 50 }, (_, at) => [`f${at}`, entry]));
    const started = process.memoryUsage().arrayBuffers;
    const { unread } = await extractFile({ name: 'x', bytes: many }, { unpackedBytes: 60_000_000 });
    expect(unread.at(-1)).toEqual({ name: 'x', why: 'tooLarge' });
    expect(process.memoryUsage().arrayBuffers - started).toBeLessThan(200_000_000);
  });

  test('a gzip bomb likewise', async () => {
    const bytes = gzipSync(Buffer.alloc(50_000_000));
    const { unread } = await extractFile({ name: 'x', bytes }, { unpackedBytes: 1_000_000 });
    expect(unread).toEqual([{ name: 'x', why: 'tooLarge' }]);
  });

  test('zips in zips end at the depth', async () => {
    let bytes: Buffer = Buffer.from('тайна');
    for (let depth = 0; depth < 30; depth++) bytes = zip([['x', bytes]]);
    expect((await extractFile({ name: '', bytes })).unread).toEqual([{ name: 'x', why: 'tooDeep' }]);
  });

  test('too many files, too large ones and too much text', async () => {
    const some = zip(Array.from({ length: 30 }, (_, at) => [`${at}`, Buffer.from('слово '.repeat(100))]));
    const whys = async (limits: object) =>
      (await extractFile({ name: 'z', bytes: some }, limits)).unread.map(({ why }) => why);
    expect(await whys({ files: 10 })).toEqual(['tooMany']);
    expect(await whys({ characters: 1000 })).toEqual(['tooLarge']);
    expect(new Set(await whys({ fileBytes: 500 }))).toEqual(new Set(['tooLarge']));
  });

  test('a mail of parts beyond the limit says so, and what was read until then stands', async () => {
    const body = '--b\r\n\r\nслово\r\n'.repeat(3000);
    const { texts: found, unread } = await extractMail(mail('multipart/mixed; boundary=b', body));
    expect(found.length).toBeGreaterThan(100);
    expect(unread.map(({ why }) => why)).toEqual(['tooMany']);
  });
});

describe('RTF', () => {
  const read = (source: string): Promise<string> => texts(Buffer.from(source, 'latin1'), '');

  test('what stands before a change is as it was: font, code page, what is no text, the end of a group', async () => {
    const fonts = '{\\fonttbl{\\f0 A;}{\\f1\\fcharset204 B;}}';
    expect(await read(`{\\rtf1\\ansi ${fonts}\\f0 caf\\'e9{\\f1\\'ef{\\b\\'f0}}\\'e9\\f1\\'ef}`)).toBe(
      'caféпрéп',
    );
    expect(await read('{\\rtf1\\ansi a{b{c}d\\*e}f{\\stylesheet g{h}}i}')).toBe('abcdfi');
    expect(await read("{\\rtf1\\ansi \\'e9\\ansicpg1251 \\'ef}")).toBe('éп');
    expect(await read('{\\rtf1\\ansi\\uc1 \\u1087?{\\uc0 \\u1088}\\u1089?t}')).toBe('прсt');
  });

  test('a letter of several octets is one letter, also where its octets are in groups', async () => {
    expect(await read("{\\rtf1\\ansi\\ansicpg932 \\'93{\\'fa}\\'96\\'7b}")).toBe('日本');
  });

  test.each([
    ['groups', '{a}', 8_000_000],
    ['fonts', "{\\f1\\'e0}", 2_400_000],
  ])('millions of %s cost a second at most', async (_, unit, count) => {
    const bytes = Buffer.from(`{\\rtf1 ${unit.repeat(count)}`);
    const before = process.cpuUsage();
    await extractFile({ name: '', bytes });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1500);
  });
});

test('no octets make a reader throw or go on for ever', async () => {
  const starts = [
    '',
    '{\\rtf1 ',
    'PK\u0003\u0004',
    '\u001f\u008b\u0008',
    '<html><',
    'From: a\r\nTo: b\r\nSubject: c\r\n\r\n',
  ];
  const some = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }));
  await fc.assert(
    fc.asyncProperty(some, async ([start, rest]) => {
      await extractFile({ name: '', bytes: Buffer.concat([Buffer.from(start, 'latin1'), rest]) });
    }),
  );
  const archive = zip([['a.txt', Buffer.from('тайна')]]);
  await fc.assert(
    fc.asyncProperty(fc.nat(archive.length - 1), fc.nat(255), async (at, octet) => {
      const broken = Buffer.from(archive);
      broken[at] = octet;
      await extractFile({ name: '', bytes: broken });
    }),
  );
});
