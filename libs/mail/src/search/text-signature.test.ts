// A signature never excludes a message that has what is looked for.
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { describeContent } from '../describe.ts';
import { decodeParts } from '../parts-text.ts';
import { MailScanner } from '../scan.ts';
import { encodeWords } from '../words.ts';
import { bodyTexts, type TextSource } from './body-texts.ts';
import { fold, Folding } from './fold.ts';
import { headerText, searchedHeader } from './header-texts.ts';
import { bitsOf, ROW, SignatureMaker, type SignatureRow } from './text-signature.ts';

/** Letters that fold in ways of their own: ё in one and in two, marks that are put in order, both small sigmas, İ, Hangul. */
const LETTERS = [
  ...[
    'a',
    'b',
    'E',
    'ё',
    'Ё',
    'е\u0308',
    'и\u0306',
    'Й',
    'ж',
    'Ш',
    'é',
    'e\u0301',
    'q\u0323\u0307',
    'q\u0307\u0323',
  ],
  ...['Σ', 'ς', 'σ', 'İ', 'ß', '\u1112\u1161\u11ab', '한', '日', '😀', ' ', '-', '<', '&amp;', '\r\n'],
];
const word = fc.array(fc.constantFrom(...LETTERS), { maxLength: 60 }).map((letters) => letters.join(''));

function mayHave(rows: readonly SignatureRow[], needle: string, kinds: number): boolean {
  const bits = bitsOf(fold(needle));
  if (bits === null) return true;
  return rows.some(
    (row) =>
      (row.kinds & ROW.always) !== 0 ||
      ((row.kinds & kinds) !== 0 && bits.every((bit) => row.bits.includes(bit))),
  );
}

function sourceOf(mail: Buffer): TextSource & { header: Buffer } {
  const scanner = new MailScanner();
  scanner.write(mail);
  const { headerLength, parts } = describeContent(scanner.end());
  return {
    header: mail.subarray(0, headerLength),
    parts: decodeParts(parts),
    shift: 0,
    read: async ({ start, end }) => mail.subarray(start, end),
    async *stream({ start, end }) {
      for (let at = start; at < end; at += 50_000) yield mail.subarray(at, Math.min(end, at + 50_000));
    },
  };
}

/** All folded texts of a mail, and its signature. */
async function read(mail: Buffer): Promise<{ header: string; body: string[]; rows: SignatureRow[] }> {
  const source = sourceOf(mail);
  const maker = new SignatureMaker();
  for (const text of searchedHeader(source.header)) maker.add(text, ROW.header);
  const body: string[] = [];
  for await (const { text, place } of bodyTexts(source)) {
    maker.add(text, ROW.body, place === 'next');
    if (place === 'next') body.push((body.pop() ?? '') + text);
    else body.push(text);
  }
  return { header: headerText(source.header), body, rows: maker.rows() };
}

const CHARSETS = [
  'utf-8',
  'koi8-r',
  'windows-1251',
  'iso-8859-5',
  'ibm866',
  'utf-7',
  'utf-16le',
  'gb18030',
  'euc-kr',
];
const encodings: Record<string, (octets: Buffer) => string> = {
  base64: (octets) => octets.toString('base64').replace(/.{76}/g, '$&\r\n'),
  'quoted-printable': (octets) =>
    [...octets]
      .map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('')
      .replace(/.{72}/g, '$&=\r\n'),
};

describe('no false negatives', () => {
  test('whatever a mail has, in any charset and encoding, its signature lets through', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          subject: word,
          name: word,
          text: fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
          charset: fc.constantFrom(...CHARSETS),
          encoding: fc.constantFrom(...Object.keys(encodings)),
          subtype: fc.constantFrom('plain', 'html'),
          needles: fc.array(fc.tuple(word, fc.nat(), fc.integer({ min: 3, max: 90 })), {
            minLength: 1,
            maxLength: 5,
          }),
        }),
        async ({ subject, name, text, charset, encoding, subtype, needles }) => {
          const mail = [
            `From: ${encodeWords(name)} <anna@demo.test>`,
            `Subject: ${encodeWords(subject)}`,
            `Content-Type: text/${subtype}; charset=${charset}`,
            `Content-Transfer-Encoding: ${encoding}`,
            '',
            (encodings[encoding] as (octets: Buffer) => string)(iconv.encode(text, charset)),
          ].join('\r\n');
          const { header, body, rows } = await read(Buffer.from(mail, 'latin1'));
          for (const [strange, at, length] of needles) {
            const all = [subject, name, text];
            const from = all[at % 3] as string;
            const start = at % (from.length + 1);
            for (const needle of [
              strange,
              from.slice(start, start + length),
              from.slice(start, start + length).toUpperCase(),
            ]) {
              const folded = fold(needle);
              if (header.includes(folded)) expect(mayHave(rows, needle, ROW.header)).toBe(true);
              if (body.some((each) => each.includes(folded)))
                expect(mayHave(rows, needle, ROW.body)).toBe(true);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('in a text of many rows and pieces, what lies across them is found', async () => {
    let seed = 7;
    const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 1);
    const letters = 'абвгдежзийклмнопрстуфхцчшщъыьэюя abcdefghijklmnopqrstuvwxyz';
    const text = Array.from({ length: 80_000 }, () => letters[random() % letters.length]).join('');
    const { body, rows } = await read(Buffer.from(`Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`));
    expect(body.join('')).toBe(text);
    expect(rows.length).toBeGreaterThan(20);
    for (let at = 0; at + 100 < text.length; at += 37) {
      expect(mayHave(rows, text.slice(at, at + 3 + (at % 90)), ROW.body)).toBe(true);
    }
  });

  test('a text that is too long for any signature is always looked at', async () => {
    const text = Array.from({ length: 400_000 }, (_, index) =>
      String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)),
    );
    const { rows } = await read(Buffer.from(`\r\n${text.join('')}`));
    expect(rows).toEqual([{ kinds: ROW.always, bits: new Uint16Array(0) }]);
  });
});

test('most of what a mail has not is kept out', async () => {
  const text =
    'The invoice for October is attached; please pay within thirty days. Счёт за октябрь во вложении. '.repeat(
      5,
    );
  const { rows } = await read(Buffer.from(`Subject: invoice\r\n\r\n${text}`));
  const others = ['holiday', 'meeting', 'отпуск', 'совещание', 'quarterly', 'договор'];
  expect(others.filter((other) => mayHave(rows, other, ROW.header | ROW.body))).toEqual([]);
});

test.each([
  ['', null],
  ['ab', null],
  ['ёж', null],
])('%s is too short to tell', (text, bits) => {
  expect(bitsOf(text)).toBe(bits);
});

test('a long needle asks about no more than eight pieces of its beginning', () => {
  expect(bitsOf('x'.repeat(1000))).toHaveLength(2);
  const long = Array.from({ length: 1000 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('');
  expect(bitsOf(long)?.length).toBeLessThanOrEqual(8);
  expect(bitsOf(long)).toEqual(bitsOf(long.slice(0, 64)));
});

test('a text folds to the same wherever it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...LETTERS), { maxLength: 200 }),
      fc.array(fc.nat(400), { maxLength: 6 }),
      (letters, cuts) => {
        const text = letters.join('');
        const folding = new Folding();
        const places = [...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
        let from = 0;
        let folded = '';
        for (const place of places) {
          folded += folding.write(text.slice(from, place));
          from = place;
        }
        expect(folded + folding.end()).toBe(fold(text));
      },
    ),
  );
});
