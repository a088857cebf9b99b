import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listedAddresses, MAX_LISTED, parseAddressList } from './address-list.ts';
import { expectLinear } from '../tests/linear.ts';

/** Entries in short: `name|route|local|domain`, groups as `name: …;`. */
function short(value: string): string[] {
  return parseAddressList(value).map((entry) => {
    const one = (each: typeof entry): string =>
      each.kind === 'group'
        ? `${each.name}: ${each.members.map(one).join(', ')};`
        : [each.name, each.route, each.localPart, each.domain].map((part) => part ?? '-').join('|');
    return one(entry);
  });
}

describe('parseAddressList', () => {
  test.each([
    ['a@b', ['-|-|a|b']],
    ['John Doe <john@example.org>', ['John Doe|-|john|example.org']],
    [
      '"Doe, John" <john@example.org>, jane@example.org',
      ['Doe, John|-|john|example.org', '-|-|jane|example.org'],
    ],
    ['"a\\"b" <a@b>', ['a"b|-|a|b']],
    ['john@example.org (John Doe)', ['John Doe|-|john|example.org']],
    ['(first) a@b (second)', ['first|-|a|b']],
    ['Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>', ['Pete|-|pete|silly.test']],
    ['John Q. Public <j@q>', ['John Q. Public|-|j|q']],
    ['=?utf-8?B?0J/RgNC40LLQtdGC?= <a@b>', ['=?utf-8?B?0J/RgNC40LLQtdGC?=|-|a|b']],
    ['"quoted local"@example.org', ['-|-|quoted local|example.org']],
    ['<"a@b"@c>', ['-|-|a@b|c']],
    ['a@[192.0.2.1]', ['-|-|a|[192.0.2.1]']],
    ['a . b @ c . d', ['-|-|a.b|c.d']],
    ['<@one,@two:a@b>', ['-|@one,@two|a|b']],
    ['Undisclosed recipients:;', ['Undisclosed recipients: ;']],
    ['Team: a@b, "C" <c@d>; e@f', ['Team: -|-|a|b, C|-|c|d;', '-|-|e|f']],
    ['Team: a@b', ['Team: -|-|a|b;']],
    [',, a@b ,,', ['-|-|a|b']],
    ['', []],
    [' , ', []],
    // Broken, yet seen.
    ['john', ['-|-|john|-']],
    ['John Doe', ['John Doe|-|-|-']],
    ['John <john', ['John|-|john|-']],
    ['John <john@x, jane@y', ['John|-|john|x', '-|-|jane|y']],
    ['<a@b> trailing', ['trailing|-|a|b']],
    ['a@b <c@d>', ['a@b|-|c|d']],
    ['<<a@b>>', ['-|-|a|b']],
    ['a@b@c', ['-|-|a@b|c']],
    ['"unclosed <a@b>', ['-|-|unclosed <a@b>|-']],
    ['a@b (unclosed', ['unclosed|-|a|b']],
    ['a@b; c@d', ['-|-|a|b', '-|-|c|d']],
    ['<>', ['-|-|-|-']],
    ['G: a@b, H: c@d;', ['G: -|-|a|b, -|-|H:c|d;']],
    ['\u00cf\u00f0 <a@b>', ['\u00cf\u00f0|-|a|b']],
  ])('%s', (value, expected) => {
    expect(short(value)).toEqual(expected);
  });

  test('lists are bounded', () => {
    expect(parseAddressList('a@b,'.repeat(100_000))).toHaveLength(MAX_LISTED);
    const [group] = parseAddressList(`g: ${'a@b,'.repeat(100_000)};`);
    expect(group?.kind === 'group' && group.members.length).toBe(MAX_LISTED - 1);
  });

  test('property: never throws, and what is written properly is read back', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', ' b', ',', '<', '>', '(', ')', '@', ';', ':', '.', 'x'),
      minLength: 1,
    });
    const entry = fc.record({
      name,
      localPart: fc.stringMatching(/^[a-z]{1,8}$/),
      domain: fc.stringMatching(/^[a-z]{1,8}\.org$/),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        const value = entries.map((each) => `"${each.name}" <${each.localPart}@${each.domain}>`).join(', ');
        expect(parseAddressList(value)).toEqual(
          entries.map((each) => ({ kind: 'address', route: null, ...each })),
        );
      }),
      { numRuns: 500 },
    );
    const piece = fc.constantFrom(
      'a',
      ' ',
      ',',
      '<',
      '>',
      '(',
      ')',
      '@',
      ';',
      ':',
      '.',
      '"',
      '\\',
      '[',
      ']',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        parseAddressList(pieces.join(''));
      }),
      { numRuns: 3000 },
    );
  });

  test('time is linear in odd values', () => {
    expectLinear(100_000, (size) => {
      for (const unit of [
        '(',
        ')',
        '"',
        '\\',
        '<',
        '>',
        ',',
        ';',
        ':',
        '@',
        '[',
        'a',
        ' ',
        'a ',
        '.',
        '\\"',
        '(a)',
        '<a',
        'g:',
        '[]',
      ]) {
        parseAddressList(unit.repeat(size / unit.length));
      }
    });
  });
});

describe('listedAddresses', () => {
  test('groups are opened, raw UTF-8 is decoded, and what is no address is null', () => {
    const value = Buffer.from('Почта <я@пример.рф>, G: "a b"@c;, none, <x@bad..domain>', 'utf8').toString(
      'latin1',
    );
    expect(listedAddresses(value).map((entry) => entry.address)).toEqual([
      { localPart: 'я', domain: 'пример.рф' },
      { localPart: 'a b', domain: 'c' },
      null,
      null,
    ]);
  });
});
