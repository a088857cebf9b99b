import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contactFields, contactLimit } from '../contact.ts';
import { readCards, writeVcard } from './index.ts';

const read = (text: string | Buffer) => [...readCards(Buffer.from(text as string), 'vcard')];
const card = (...lines: string[]) => `BEGIN:VCARD\r\n${lines.join('\r\n')}\r\nEND:VCARD\r\n`;
const one = (...lines: string[]) => read(card(...lines))[0];
const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(200, 7)]);

describe('what telephones and mail programs write is read', () => {
  test('iOS: 3.0 with groups of properties and types in capitals', () => {
    const found = one(
      'VERSION:3.0',
      'PRODID:-//Apple Inc.//iPhone OS 18.1//EN',
      'N:Иванов;Иван;Иванович;;',
      'FN:Иван Иванович Иванов',
      'ORG:ООО «Ромашка»;Отдел продаж;',
      'TITLE:Менеджер',
      'item1.EMAIL;type=INTERNET;type=pref:ivan@romashka.test',
      'item1.X-ABLabel:_$!<Other>!$_',
      'EMAIL;type=INTERNET;type=HOME:ivan.home@mail.test',
      'TEL;type=CELL;type=VOICE;type=pref:+7 916 123-45-67',
      'TEL;type=WORK;type=VOICE:+7 495 123-45-67',
      'TEL;type=WORK;type=FAX:+7 495 123-45-68',
      'ADR;type=WORK;type=pref:;;Тверская\\, 1;Москва;;125009;Россия',
    );
    expect(found).toMatchObject({
      line: 1,
      problem: null,
      notes: ['otherAddresses'],
      card: {
        displayName: 'Иван Иванович Иванов',
        addresses: ['ivan@romashka.test', 'ivan.home@mail.test'],
        contact: {
          ...{ surname: 'Иванов', givenName: 'Иван', jobTitle: 'Менеджер' },
          ...{ organisation: 'ООО «Ромашка»', department: 'Отдел продаж' },
          ...{ mobilePhone: '+7 916 123-45-67', workPhone: '+7 495 123-45-67', fax: '+7 495 123-45-68' },
          postalAddress: 'Тверская, 1, Москва, 125009, Россия',
        },
      },
    });
  });

  test('Android: 2.1 with quoted-printable over several lines, types without a name, a photo up to an empty line', () => {
    const data = jpeg.toString('base64').replace(/(.{70})/g, '$1\r\n ');
    const found = one(
      'VERSION:2.1',
      'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9F=D0=B5=D1=82=D1=80=D0=BE=D0=B2=D0=B0;=D0=90=D0=BD=',
      '=D0=BD=D0=B0;;;',
      'FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=90=D0=BD=D0=BD=D0=B0',
      'TEL;CELL:89161234567',
      'EMAIL;HOME:anna@far.test',
      `PHOTO;ENCODING=BASE64;JPEG:${data}`,
      '',
      'TITLE:Director',
    );
    expect(found?.card).toMatchObject({
      displayName: 'Анна',
      contact: { surname: 'Петрова', givenName: 'Анна', mobilePhone: '89161234567', jobTitle: 'Director' },
    });
    expect(found?.card?.photo?.equals(jpeg)).toBe(true);
  });

  test('4.0: telephones as addresses, several types in quotes, preferences, a photo as data', () => {
    const found = one(
      'VERSION:4.0',
      'FN:Anna',
      'EMAIL;PREF=2:second@far.test',
      'EMAIL;TYPE="work,internet";PREF=1:mailto:first@far.test',
      'TEL;VALUE=uri;TYPE="home,voice":tel:+44-20-7946-0000;ext=12',
      `PHOTO:data:image/jpeg;base64,${jpeg.toString('base64')}`,
    );
    expect(found?.card).toMatchObject({
      addresses: ['first@far.test', 'second@far.test'],
      contact: { homePhone: '+44-20-7946-0000 ext. 12' },
    });
    expect(found?.card?.photo?.equals(jpeg)).toBe(true);
  });

  test('windows-1251 without a word about it, and lines that end as on old computers', () => {
    const text = Buffer.concat([
      Buffer.from('BEGIN:VCARD\rVERSION:2.1\rFN:', 'latin1'),
      Buffer.from([0xc0, 0xed, 0xed, 0xe0]),
      Buffer.from('\rEMAIL:anna@far.test\rEND:VCARD\r', 'latin1'),
    ]);
    expect(read(text)[0]?.card?.displayName).toBe('Анна');
  });
});

test('RFC 6350 §3.2, §3.4: lines are unfolded, in the middle of a letter too, and backslashes taken off', () => {
  const folded = Buffer.concat([
    Buffer.from('BEGIN:VCARD\r\nFN:A\\, b\\; c\\\\d\\ne \xd0', 'latin1'),
    Buffer.from('\r\n \x90\r\n\tz\r\nEMAIL:a@b.test\r\nEND:VCARD\r\n', 'latin1'),
  ]);
  expect(read(folded)[0]?.card?.displayName).toBe('A, b; c\\d, e Аz');
});

test.each([
  ['no address', card('FN:Anna'), [[1, 'noAddress']]],
  ['a group', card('KIND:group', 'FN:All', 'EMAIL:all@far.test'), [[1, 'group']]],
  ['a group of Apple', card('X-ADDRESSBOOKSERVER-KIND:group', 'FN:All'), [[1, 'group']]],
  ['no end', 'BEGIN:VCARD\nFN:Anna\nEMAIL:a@b.test\n', [[1, 'cutOff']]],
  [
    'something before it',
    `hello\n${card('FN:A', 'EMAIL:a@b.test')}`,
    [
      [1, 'notUnderstood'],
      [2, null],
    ],
  ],
  [
    'a card inside',
    card('FN:A', 'EMAIL:a@b.test', 'AGENT:', 'BEGIN:VCARD', 'EMAIL:x@y.test', 'END:VCARD'),
    [[1, null]],
  ],
  ['too much of it', card('FN:A', `NOTE:${'x'.repeat(1024 * 1024)}`, 'EMAIL:a@b.test'), [[1, 'tooLong']]],
])('%s is told, with its line', (_, text, expected) => {
  expect(read(text).map(({ line, problem }) => [line, problem])).toEqual(expected);
});

test.each([
  ['PHOTO;VALUE=uri:http://10.0.0.1/a.jpg', 'photoFormat'],
  ['PHOTO:data:image/png;base64,iVBORw0KGgo=', 'photoFormat'],
  [`PHOTO;ENCODING=b:${Buffer.concat([jpeg, Buffer.alloc(70_000)]).toString('base64')}`, 'photoTooLarge'],
])('%.40s is left out, and fetched from nowhere', (photo, note) => {
  const found = one('FN:A', 'EMAIL:a@b.test', photo);
  expect([found?.notes, found?.card?.photo]).toEqual([[note], null]);
});

const value = (limit: number) =>
  fc.string({ unit: 'grapheme', maxLength: Math.min(limit, 120) }).map((text) =>
    text
      .toWellFormed()
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufffd]/gu, '')
      .replace(/\s+/gu, ' ')
      .trim(),
  );
const fields = fc.record(
  Object.fromEntries(contactFields.map((field) => [field, value(contactLimit(field))])),
  { requiredKeys: [] },
);

test.each(['3.0', '4.0'] as const)('what is written as %s is what is read', (version) => {
  fc.assert(
    fc.property(value(200), fields, fc.boolean(), (name, contact, hasPhoto) => {
      const written = writeVcard(
        { uid: 'urn:uuid:1', name: name || 'x', address: 'a@b.test', contact, photo: hasPhoto ? jpeg : null },
        version,
      );
      for (const line of written.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      const [found] = read(written);
      const present = Object.fromEntries(
        Object.entries(contact).filter(([, text]) => text !== '' && text !== undefined),
      );
      expect(found?.card?.displayName).toBe(name || 'x');
      expect(found?.card?.addresses).toEqual(['a@b.test']);
      // Where no names apart were given, those that the name looks like are written.
      const { surname: _, givenName: __, ...others } = found?.card?.contact ?? {};
      const { surname: ___, givenName: ____, ...expected } = present;
      expect(others).toEqual(expected);
      if (present['surname'] !== undefined) expect(found?.card?.contact.surname).toBe(present['surname']);
      expect(found?.card?.photo?.equals(jpeg) ?? false).toBe(hasPhoto);
    }),
    { numRuns: 300 },
  );
});

test('whatever a file holds, reading it ends, throws nothing, and answers lines of the file', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...[
        'BEGIN:VCARD\r\n',
        'END:VCARD\n',
        'FN:a\n',
        ' x\n',
        '\tx\r\n',
        'EMAIL;TYPE="a:b\n',
        'N:;;\\\n',
        '\r\r',
      ],
      ...[
        'PHOTO;ENCODING=b:@@\n',
        'NOTE;ENCODING=QUOTED-PRINTABLE:=\n',
        'N;CHARSET=x:=C0\n',
        'item.ADR:\\;\\,\n',
      ],
    ),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const file = Buffer.from(pieces.join(''), 'latin1');
      const lines = pieces.join('').split(/\r\n|\r|\n/).length;
      for (const format of ['vcard', 'ldif', 'csv'] as const) {
        for (const { line, card: found, problem } of readCards(file, format)) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
          expect((found === null) === (problem !== null)).toBe(true);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
