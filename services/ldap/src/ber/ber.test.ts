import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedBer } from './malformed.ts';
import { BerReader } from './reader.ts';
import { context, tags } from './tags.ts';
import { BerWriter } from './writer.ts';

describe('what is written is what is read', () => {
  test('numbers of up to 48 bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 46), max: 2 ** 46 }), (value) => {
        expect(new BerReader(new BerWriter().integer(value).octets).integer()).toBe(value);
      }),
    );
  });

  test('texts of any length, alone and inside of sequences', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 400 }), { maxLength: 8 }),
        fc.integer({ min: 0, max: 3 }),
        (texts, depth) => {
          const writer = new BerWriter();
          const write = (left: number): void => {
            if (left > 0) return void writer.sequence(() => write(left - 1));
            for (const text of texts) writer.string(text, context(3));
          };
          write(depth);
          let reader = new BerReader(writer.octets);
          for (let level = 0; level < depth; level++) reader = reader.inside();
          expect(texts.map(() => reader.text(context(3)))).toEqual(texts);
          reader.end();
        },
      ),
    );
  });

  test('content longer than 64 KiB, whose length takes three octets', () => {
    const text = 'x'.repeat(70_000);
    const writer = new BerWriter();
    writer.sequence(() => void writer.string(text));
    expect(new BerReader(writer.octets).inside().text()).toBe(text);
  });
});

describe('RFC 4511 §5.1: what is no BER of LDAP is refused', () => {
  test.each([
    ['an indefinite length', '3080020101 0000'],
    ['a length of five octets', '3085000000000102'],
    ['a length beyond the end', '300402'],
    ['two gigabytes', '30847fffffff'],
    ['a tag of several octets', '1f810100'],
    ['a length that is cut off', '3082 01'],
    ['nothing', ''],
  ])('%s', (_, hex) => {
    const reader = new BerReader(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    expect(() => reader.element()).toThrow(MalformedBer);
  });

  test.each([
    ['a text that is not UTF-8', '0402c328', (reader: BerReader) => reader.text()],
    ['a number without octets', '0200', (reader: BerReader) => reader.integer()],
    ['a number of seven octets', '020701010101010101', (reader: BerReader) => reader.integer()],
    ['a boolean of two octets', '01020101', (reader: BerReader) => reader.boolean()],
    ['another tag', '0401 61', (reader: BerReader) => reader.integer()],
  ])('%s', (_, hex, read) => {
    expect(() => read(new BerReader(Buffer.from(hex.replaceAll(' ', ''), 'hex')))).toThrow(MalformedBer);
  });

  test('anything at all is read or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
        const reader = new BerReader(Buffer.from(octets));
        try {
          while (!reader.isAtEnd) reader.element();
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBer);
        }
      }),
    );
  });

  test('a set is a set and no sequence', () => {
    const octets = new BerWriter().parts(tags.set, () => {}).octets;
    expect(() => new BerReader(octets).inside()).toThrow(MalformedBer);
  });
});
