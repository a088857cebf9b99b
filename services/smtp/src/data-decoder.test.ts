import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataDecoder } from './data-decoder.ts';
import { LineNormaliser } from './line-normaliser.ts';

/** Feeds the bytes in the given cuts; answers the payload and what is left behind the end (null: no end). */
function decode(text: string, cuts: number[] = []): { payload: string; rest: string | null } {
  const bytes = Buffer.from(text, 'latin1');
  const out: Buffer[] = [];
  const decoder = new DataDecoder((part) => out.push(Buffer.from(part)));
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  for (const [index, from] of places.slice(0, -1).entries()) {
    const end = decoder.write(Buffer.from(bytes.subarray(from, places[index + 1])));
    if (end >= 0)
      return {
        payload: Buffer.concat(out).toString('latin1'),
        rest: bytes.toString('latin1', from + end),
      };
  }
  return { payload: Buffer.concat(out).toString('latin1'), rest: null };
}

/** The rule of RFC 5321 §4.5.2 in the slowest way there is. */
function reference(text: string): { payload: string; rest: string | null } {
  let payload = '';
  let rest = text;
  for (;;) {
    if (rest.startsWith('.\r\n')) return { payload, rest: rest.slice(3) };
    const line = /^[\s\S]*?\r\n/.exec(rest)?.[0];
    // An unfinished line: a lone dot, or a dot and a CR, may still be the end.
    if (line === undefined) {
      if (rest === '.' || rest === '.\r') return { payload, rest: null };
      return { payload: payload + rest.replace(/^\./, ''), rest: null };
    }
    payload += line.replace(/^\./, '');
    rest = rest.slice(line.length);
  }
}

describe('RFC 5321 §4.1.1.4: the end of data', () => {
  test.each([
    ['.\r\n', '', ''],
    ['a\r\n.\r\nQUIT\r\n', 'a\r\n', 'QUIT\r\n'],
    ['..\r\n.\r\n', '.\r\n', ''],
    ['..a\r\n...\r\n.\r\n', '.a\r\n..\r\n', ''],
    ['.a\r\n.\r\n', 'a\r\n', ''],
    ['a\r\n\r\n.\r\n', 'a\r\n\r\n', ''],
  ])('%j', (text, payload, rest) => {
    expect(decode(text)).toEqual({ payload, rest });
  });

  test.each([
    '\n.\n',
    '\n.\r\n',
    '\r.\r',
    '\r.\r\n',
    '\r\n.\n',
    '\r\n.\r',
    '\n\n.\n\n',
    '\r\n.\r\r\n',
    '\n.\n\r\n',
  ])('RFC 5321 §4.1.1.4: %j is no end of data', (smuggled) => {
    const { payload, rest } = decode(`a${smuggled}MAIL FROM:<b@c.test>\r\n.\r\nQUIT`);
    expect(rest).toBe('QUIT');
    expect(payload).toContain('MAIL FROM');
  });

  test('RFC 5321 §4.5.2: a dot behind a bare line end stays, for it is not at the start of a line', () => {
    expect(decode('a\n.b\r.c\r\n.\r\n').payload).toBe('a\n.b\r.c\r\n');
  });

  test('the result is that of the rule, wherever the stream is cut', () => {
    const soup = fc.array(fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.', '\r\n.\r\n', 'a'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(soup, fc.array(fc.nat(), { maxLength: 12 }), (pieces, cuts) => {
        const text = pieces.join('');
        const found = decode(text, cuts);
        const wanted = reference(text);
        // A CR that may still turn out to belong to an end is held back.
        expect(found.rest).toBe(wanted.rest);
        expect(found.payload).toBe(wanted.payload);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('RFC 5321 §2.3.8: bare CR and LF', () => {
  function normalise(text: string, cuts: number[] = []): string {
    const bytes = Buffer.from(text, 'latin1');
    const out: Buffer[] = [];
    const normaliser = new LineNormaliser((part) => out.push(Buffer.from(part)));
    const places = [
      0,
      ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b),
      bytes.length,
    ];
    for (const [index, from] of places.slice(0, -1).entries()) {
      normaliser.write(Buffer.from(bytes.subarray(from, places[index + 1])));
    }
    normaliser.end();
    return Buffer.concat(out).toString('latin1');
  }

  test.each([
    ['a\nb\rc\r\nd', 'a\r\nb\r\nc\r\nd'],
    ['\n\n', '\r\n\r\n'],
    ['\r\r\n', '\r\n\r\n'],
    ['\n\r', '\r\n\r\n'],
    ['', ''],
  ])('%j becomes %j', (text, wanted) => {
    expect(normalise(text)).toBe(wanted);
  });

  test('the result has no bare line ends, loses nothing, and does not depend on the cuts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\r', '\n', '\r\n', 'a'), { maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (pieces, cuts) => {
          const text = pieces.join('');
          const found = normalise(text, cuts);
          expect(found).toBe(text.replace(/\r\n|\r|\n/g, '\r\n'));
        },
      ),
    );
  });
});
