import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompoundFile } from './compound-file.ts';
import { decompressRtf } from './compressed-rtf.ts';
import { extractFile } from './extract.ts';
import type { Into, Limits } from './extraction.ts';
import {
  compoundFile,
  compressedRtf,
  doc,
  excelRecord,
  excelString,
  msg,
  oldDoc,
  ppt,
  tar,
  tnef,
  type Tree,
  u16,
  u32,
  workbook,
  xls,
} from './sample-compound.ts';
import { rtf, zip } from './sample-files.ts';

const SECRET = 'Договор № 17 & «секрет»\nplain words, and «ещё»';
const READ = SECRET.replace('№', 'No');
const read = (bytes: Buffer, limits: Partial<Limits> = {}) => extractFile({ name: 'x', bytes }, limits);
const all = async (bytes: Buffer) => (await read(bytes)).texts.join('\n');
const whys = async (bytes: Buffer, limits: Partial<Limits> = {}) => [
  ...new Set((await read(bytes, limits)).unread.map(({ why }) => why)),
];
const double = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};

describe('the Office documents of before 2007', () => {
  test.each([
    ['doc', doc],
    ['xls', xls],
    ['ppt', ppt],
  ] as const)('%s, of a few words and of many', async (kind, make) => {
    for (const text of [SECRET, `${SECRET}\n${'слово за словом, word by word '.repeat(2000)}`]) {
      const { files, texts, unread } = await read(make(text));
      expect(files).toMatchObject([{ name: 'x', kind }]);
      expect(texts.join('\n')).toContain(READ);
      expect(texts.join('\n')).toContain(text.replace('№', 'No').slice(-2000).trim());
      expect(unread).toEqual([]);
    }
  });

  test('a Word document of before 97 is in the code page of its language', async () => {
    const bytes = oldDoc('Сведения составляют коммерческую тайну общества\rи его клиентов.');
    expect(await all(bytes)).toBe('Сведения составляют коммерческую тайну общества\nи его клиентов.');
  });

  test('hyphens and anchors of Word are no characters of a word, its cells and lines end words', async () => {
    expect(await all(doc('се\u001fкре\u0001т\u0007ячейка\u000bстрока\u001eдва'))).toBe(
      'секрет\nячейка\nстрока-два',
    );
  });

  test('numbers, results, comments and names of sheets of a workbook', async () => {
    const place = Buffer.alloc(6);
    const cells = [
      excelRecord(0x0203, place, double(7707083893)),
      excelRecord(0x027e, place, u32((1234 << 2) | 2)),
      excelRecord(0x027e, place, u32((1250 << 2) | 3)),
      excelRecord(0x00bd, u32(0), u16(0), u32((77 << 2) | 2), u16(0), u32((78 << 2) | 2), u16(1)),
      excelRecord(0x0006, place, double(0.25), Buffer.alloc(6)),
      excelRecord(0x0006, place, Buffer.from('000000000000ffff', 'hex'), Buffer.alloc(6)),
      excelRecord(0x0207, excelString('итог')),
      excelRecord(0x0204, place, excelString('метка')),
      excelRecord(0x01b6, Buffer.alloc(10), u16(4), Buffer.alloc(6)),
      excelRecord(0x003c, Buffer.of(0), Buffer.from('no')),
      excelRecord(0x003c, Buffer.of(1), Buffer.from('та', 'utf16le')),
    ];
    const lines = (await all(xls('строка', cells))).split('\n');
    expect(lines).toEqual([
      ...['Лист 1', 'строка', '7707083893', '1234', '12.5', '77', '78', '0.25', 'итог', 'метка', 'noта'],
    ]);
  });

  test('a workbook of before 97 is in its code page', async () => {
    const label = Buffer.from([0xf2, 0xe0, 0xe9, 0xed, 0xe0]);
    const old = [
      excelRecord(0x0809, u16(0x0500), u16(5), Buffer.alloc(4)),
      excelRecord(0x0042, u16(1251)),
      excelRecord(0x0204, Buffer.alloc(6), u16(label.length), label),
    ];
    expect(await all(compoundFile({ Book: Buffer.concat(old) }))).toBe('тайна');
  });

  test('what lies in a document is read: tables, packed files, titles, and what somebody hid there', async () => {
    const label = Buffer.from('план.txt\0C:\\план.txt\0');
    const content = Buffer.from('в пакете');
    const packed = Buffer.concat([
      u32(0),
      u16(2),
      label,
      u16(0),
      u16(3),
      u32(2),
      Buffer.from('a\0'),
      u32(15),
      content,
    ]);
    const title = Buffer.from('Заголовок', 'utf16le');
    const tree: Tree = {
      ObjectPool: { _1: { '\u0001Ole10Native': packed }, _2: { WordDocument: Buffer.alloc(10) } },
      Hidden: Buffer.from('спрятано'),
      '\u0005SummaryInformation': Buffer.concat([
        ...[Buffer.alloc(24), u32(1), Buffer.alloc(16), u32(48), u32(0), u32(1), u32(2), u32(16), u32(0x1f)],
        ...[u32(title.length / 2), title],
      ]),
    };
    const { texts, unread } = await read(compoundFile(tree));
    for (const wanted of ['в пакете', 'план.txt', 'спрятано', 'Заголовок'])
      expect(texts.join('\n')).toContain(wanted);
    // The Word document that is none.
    expect(unread).toEqual([{ name: '_2', why: 'damaged' }]);
    expect(await all(ppt('слайд', { objects: [xls('в таблице')] }))).toMatch(/слайд[^]*в таблице/);
  });

  test('one file that two programs read is read as both', async () => {
    const both = compoundFile({
      ...treeOf('WordDocument', doc('для первой')),
      ...treeOf('Workbook', xls('для второй')),
    });
    expect(await all(both)).toMatch(/для первой[^]*для второй/);
  });
});

describe('messages of Outlook', () => {
  const HTML = Buffer.from('<html><body><p>се<b>кре</b>т в HTML</p></body></html>');

  test.each([
    ['msg', msg],
    ['tnef', tnef],
  ] as const)(
    '%s: every form of the body, recipients, names and what is attached, however deep',
    async (kind, make) => {
      const inner = { text: 'глубоко', attached: [['d.doc', doc('в документе')]] } as const;
      const attached = [
        ['план.txt', Buffer.from('вложение')],
        ['письмо', inner],
      ] as const;
      const message = { text: SECRET, html: HTML, rtf: compressedRtf(rtf('секрет в RTF')), attached };
      const { files, texts, unread } = await read(make(message));
      expect(files[0]).toMatchObject({ name: 'x', kind });
      const found = texts.join('\n');
      const wanted = ['Тема письма', READ, 'секрет в RTF', 'план.txt', 'вложение', 'глубоко', 'в документе'];
      for (const one of kind === 'msg' ? [...wanted, 'секрет в HTML', 'Ольга Получатель'] : wanted)
        expect(found).toContain(one);
      expect(files.map((file) => file.kind)).toEqual(expect.arrayContaining(['rtf', 'text', 'doc']));
      expect(unread).toEqual([]);
    },
  );

  test('strings that are not of Unicode are of the code page of the message', async () => {
    const octets = Buffer.from(Array.from('тайна', (char) => char.charCodeAt(0) - 0x0410 + 0xc0));
    const numbers = Buffer.concat([Buffer.alloc(32), u16(3), u16(0x3ffd), u32(6), u32(1251), u32(0)]);
    const tree = { '__properties_version1.0': numbers, '__substg1.0_1000001E': octets };
    expect(await all(compoundFile(tree))).toBe('тайна');
  });

  test('[MS-OXRTFCP] §3: the two examples', () => {
    const first =
      '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0';
    const second = '1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0';
    expect(plain(first)).toBe('{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n');
    expect(plain(second)).toBe('{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}');
  });

  test('HTML in RTF: what only its tags say is read, and words that they cut are whole', async () => {
    const source =
      '{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p title="\\u1090?\\u1072?\\u1081?\\u1085?\\u1072?">}' +
      'one{\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 two{\\*\\htmltag92 </b>}\\htmlrtf }\\htmlrtf0 three}';
    expect(await all(Buffer.from(source, 'latin1'))).toMatch(/onetwothree[^]*тайна/);
  });
});

describe('archives', () => {
  test('tar with and without the mark of POSIX, long names, sizes of GNU; tar in gzip and in zstd', async () => {
    const long = `${'папка/'.repeat(40)}тайна.txt`;
    const bytes = tar([
      ['././@LongLink', Buffer.from(`${long}\0`), 'L'],
      ['x', Buffer.from('первый'), '0'],
      ['y', Buffer.from('второй'), '\0'],
      ['link', Buffer.from('третий'), '2'],
    ]);
    for (const packed of [bytes, gzipSync(bytes), zstdCompressSync(bytes), Buffer.concat([bytes, bytes])]) {
      const { texts, files, unread } = await read(packed);
      for (const wanted of ['первый', 'второй', 'третий', 'тайна.txt'])
        expect(texts.join('\n')).toContain(wanted);
      expect(files.some(({ kind }) => kind === 'tar')).toBe(true);
      expect(unread).toEqual([]);
    }
    expect(await all(tar([['a', Buffer.from('до POSIX'), '0']], { isOld: true }))).toBe('a\nдо POSIX');
  });

  test.each([
    ['rar', 'Rar!\u001a\u0007\u0001\u0000'],
    ['7z', "7z\u00bc\u00af'\u001c\u0000\u0004"],
    ['bzip2', 'BZh91AY&SY'],
    ['xz', '\u00fd7zXZ\u0000\u0000\u0004'],
    ['cab', 'MSCF\u0000\u0000\u0000\u0000'],
  ])('%s: nobody could look, by its content', async (kind, begins) => {
    const { files, unread } = await read(
      Buffer.concat([Buffer.from(begins, 'latin1'), Buffer.alloc(100, 7)]),
    );
    expect({ files, unread }).toMatchObject({
      files: [{ kind }],
      unread: [{ name: 'x', why: 'unknownFormat' }],
    });
  });
});

describe('documents with a password: nobody could look', () => {
  const filePass = workbook(
    excelRecord(0x002f, Buffer.alloc(54)),
    excelRecord(0x00fc, Buffer.alloc(900, 0x55)),
  );
  const presentation = compoundFile({
    'Current User': Buffer.concat([u32(0), u32(0x14), u32(0x14), u32(0xf3d1c4df)]),
    'PowerPoint Document': Buffer.alloc(5000, 0x55),
  });
  test.each([
    [
      'of 2007 and later',
      compoundFile({ EncryptedPackage: Buffer.alloc(5000), EncryptionInfo: Buffer.alloc(100) }),
    ],
    ['doc', doc('тайна', { flags: 0x0100 })],
    ['xls', filePass],
    ['ppt', presentation],
  ])('%s', async (_, bytes) => expect(await whys(bytes)).toEqual(['encrypted']));
});

describe('hostile ones cost no more than their octets', () => {
  /** Milliseconds of the processor. */
  const cost = async (work: () => Promise<unknown>) => {
    const started = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  };
  /** What a mail may have, of a core. */
  const MOST_MS = 2000;
  const large = compoundFile({ WordDocument: Buffer.alloc(8_000_000), Other: Buffer.alloc(8_000_000) });
  const patched = (bytes: Buffer, ...writes: [at: number, value: number][]) => {
    const copy = Buffer.from(bytes);
    for (const [at, value] of writes) copy.writeUInt32LE(value >>> 0, at);
    return copy;
  };
  const directory = (large.readUInt32LE(48) + 1) * 512;
  const table = (large.readUInt32LE(76) + 1) * 512;

  test('one of many megabytes, whose table does not fit into the header, is read', async () => {
    expect(await whys(large)).toEqual(['damaged', 'unknownFormat']);
    const { root } = new CompoundFile(large);
    expect(root.streams.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['Other', 8_000_000],
      ['WordDocument', 8_000_000],
    ]);
    const { unread } = await read(compoundFile({ Text: Buffer.alloc(9_000_000, 'a word ') }), {
      characters: 1e7,
    });
    expect(unread).toEqual([]);
  });

  test.each([
    ['a chain that is a ring', patched(large, [table + 4 * 20, 3])],
    [
      'a directory that is a ring',
      patched(large, [table + 4 * large.readUInt32LE(48), large.readUInt32LE(48)]),
    ],
    ['brothers that are a ring', patched(large, [directory + 128 + 72, 1])],
    ['a child that is the root', patched(large, [directory + 76, 0])],
    ['a table that claims the file for itself', patched(large, [44, 0xffffffff], [68, 0])],
    ['a stream of four gigabytes', patched(large, [directory + 128 + 120, 0xfffffff0])],
    ['a stream that begins outside', patched(large, [directory + 128 + 116, 0xfffff000])],
    ['a mini stream of gigabytes', patched(large, [directory + 120, 0xfffffff0], [60, 0])],
    ['cut in the midst', large.subarray(0, 4_000_000)],
    ['a header and nothing', large.subarray(0, 512)],
  ])('a compound file: %s', async (_, bytes) => {
    let unread: unknown[] = [];
    const spent = await cost(async () => ({ unread } = await read(bytes)));
    expect(spent).toBeLessThan(MOST_MS);
    expect(unread.length).toBeGreaterThan(0);
  });

  test('ten thousand streams that are the same megabytes are read as far as the mail has room', async () => {
    const many = compoundFile(
      Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`s${at}`, Buffer.alloc(0)])),
    );
    const big = Buffer.concat([many, Buffer.alloc(4_000_000, 'a ')]);
    const entries = (many.readUInt32LE(48) + 1) * 512;
    // Each stream begins in the directory and has two hundred sectors, by a table that leads on and on.
    const writes = Array.from({ length: 2000 }, (_, at) => [
      [entries + 128 * (at + 1) + 116, many.readUInt32LE(48)] as [number, number],
      [entries + 128 * (at + 1) + 120, 200_000] as [number, number],
    ]).flat();
    let count = 0;
    const spent = await cost(async () => (count = (await read(patched(big, ...writes))).files.length));
    expect(spent).toBeLessThan(MOST_MS);
    expect(count).toBeGreaterThan(100);
    expect(count).toBeLessThan((64 * 1024 * 1024) / 200_000 + 2);
  });

  test('pieces of a document that are the same octets a thousand times', async () => {
    const text = 'а'.repeat(500_000);
    const main = Buffer.concat([Buffer.alloc(0x600), Buffer.from(text, 'utf16le')]);
    main.writeUInt16LE(0xa5ec, 0);
    main.writeUInt16LE(0xc1, 2);
    const count = 5000;
    const plex = Buffer.concat([
      ...Array.from({ length: count + 1 }, (_, at) => u32(at * text.length)),
      ...Array.from({ length: count }, () => Buffer.concat([u16(0), u32(0x600), u16(0)])),
    ]);
    const clx = Buffer.concat([Buffer.of(2), u32(plex.length), plex]);
    main.writeUInt32LE(0, 0x1a2);
    main.writeUInt32LE(clx.length, 0x1a6);
    const bytes = compoundFile({ WordDocument: main, '0Table': clx });
    const spent = await cost(async () => expect(await whys(bytes)).toEqual(['tooLarge']));
    expect(spent).toBeLessThan(MOST_MS);
  });

  test('compressed RTF that becomes eight times as much, and one that claims gigabytes', async () => {
    const group = Buffer.concat([
      Buffer.of(0xff),
      Buffer.concat(Array.from({ length: 8 }, (_, place) => Buffer.of(0, (place << 4) | 15))),
    ]);
    const bomb = Buffer.concat([
      ...[u32(0), u32(0xffffffff), Buffer.from('LZFu'), u32(0)],
      ...Array.from({ length: 1_200_000 }, () => group),
    ]);
    const spent = await cost(async () => {
      expect(await whys(tnef({ rtf: bomb }))).toEqual(['tooLarge']);
      expect(await whys(tnef({ rtf: bomb.subarray(0, 400_000) }))).toEqual([]);
    });
    expect(spent).toBeLessThan(2 * MOST_MS);
  });

  test('messages in messages in winmail.dat in zip end at the depth, and what was read until then stands', async () => {
    let message: Parameters<typeof msg>[0] = { text: 'дно' };
    for (let depth = 0; depth < 30; depth++) message = { text: `этаж ${depth}`, attached: [['m', message]] };
    expect(await whys(msg(message))).toEqual(['tooDeep']);
    expect(await whys(tnef(message))).toEqual(['tooDeep']);
    let bytes: Buffer = Buffer.from('дно');
    for (let depth = 0; depth < 5; depth++)
      bytes = zip([['m', msg({ attached: [['w', tnef({ attached: [['z', bytes]] })]] })]]);
    const { unread, texts } = await read(bytes);
    expect(unread.map(({ why }) => why)).toEqual(['tooDeep']);
    expect(texts.join('\n')).toContain('Тема письма');
  });

  test('winmail.dat of properties without number, workbooks of strings without end', async () => {
    const values = Buffer.concat([
      u32(1),
      u16(0x101e),
      u16(0x0037),
      u32(3_000_000),
      Buffer.alloc(12_000_000),
    ]);
    const header = Buffer.concat([
      u32(0x223e9f78),
      u16(1),
      Buffer.of(1),
      u32(0x00069003),
      u32(values.length),
    ]);
    const empty = excelRecord(0x00fc, u32(0), u32(0x7fffffff), Buffer.alloc(8000));
    const goesOn = Buffer.concat(Array.from({ length: 1500 }, () => excelRecord(0x003c, Buffer.alloc(8000))));
    const spent = await cost(async () => {
      expect(await whys(Buffer.concat([header, values, u16(0)]))).toEqual(['tooMany']);
      await read(workbook(empty, goesOn));
    });
    expect(spent).toBeLessThan(2 * MOST_MS);
  });

  test('winmail.dat of two million attributes is read as far as a message can have some', async () => {
    const subject = Buffer.from('010480010001000000610000', 'hex');
    const whole = Buffer.concat([u32(0x223e9f78), u16(1), Buffer.alloc(24_000_000, subject)]);
    expect(await cost(async () => expect(await whys(whole)).toEqual(['tooMany']))).toBeLessThan(MOST_MS);
  });

  test('octets that were changed anywhere make no reader throw or go on', async () => {
    const message = {
      text: SECRET,
      rtf: compressedRtf(rtf('x')),
      attached: [['a', Buffer.from('b')]],
    } as const;
    const title = Buffer.concat([
      Buffer.alloc(24),
      u32(1),
      Buffer.alloc(16),
      u32(48),
      u32(0),
      u32(1),
      u32(2),
      u32(16),
    ]);
    const samples = [
      ...[
        doc(SECRET),
        oldDoc('тайна'),
        xls(`${SECRET}\n${'слово '.repeat(400)}`),
        ppt(SECRET, { objects: [xls('a')] }),
      ],
      ...[msg(message), tnef(message), tar([['a', Buffer.from('b'), '0']])],
      compoundFile({
        '\u0005SummaryInformation': Buffer.concat([title, u32(0x1e), u32(3), Buffer.from('abcd')]),
      }),
    ];
    const change = fc.record({
      place: fc.nat(1_000_000),
      octets: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        async (sample, changes) => {
          const broken = Buffer.from(sample);
          for (const { place, octets } of changes)
            broken.set(octets.slice(0, broken.length), place % (broken.length - 4));
          await read(broken);
        },
      ),
      { numRuns: 1500 },
    );
  }, 60_000);
});

function plain(hex: string): string {
  let left = 1000;
  const into = { unpackedBytesLeft: left, unpacked: (bytes: number) => void (left -= bytes) };
  return decompressRtf(Buffer.from(hex, 'hex'), into as unknown as Into).toString('latin1');
}

/** A stream of a file that was made, for another one. */
function treeOf(name: string, bytes: Buffer): Tree {
  const file = new CompoundFile(bytes);
  const into = { unpacked: () => {} } as unknown as Into;
  const streams = file.root.streams.filter((one) => one.name === name || one.name === '1Table');
  return Object.fromEntries(streams.map((stream) => [stream.name, file.read(stream, into)]));
}
