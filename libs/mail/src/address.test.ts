import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressKey,
  addressOfKey,
  asciiAddress,
  domainKey,
  formatAddress,
  isAsciiAddress,
  isBarePostmaster,
  isDomain,
  parseAddress,
  parsePath,
} from './address.ts';
import { expectLinear } from '../tests/linear.ts';

const valid: [string, string, string][] = [
  ['a@b', 'a', 'b'],
  ['john.doe@example.org', 'john.doe', 'example.org'],
  ["!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~", 'example.org'],
  ['"john doe"@example.org', 'john doe', 'example.org'],
  ['"a\\"b\\\\c"@example.org', 'a"b\\c', 'example.org'],
  ['"a@b"@example.org', 'a@b', 'example.org'],
  ['"plain"@example.org', 'plain', 'example.org'],
  ['"\\p\\l\\a\\i\\n"@example.org', 'plain', 'example.org'],
  ['".dot."@example.org', '.dot.', 'example.org'],
  ['a@[192.0.2.1]', 'a', '[192.0.2.1]'],
  ['a@[IPv6:2001:db8::1]', 'a', '[IPv6:2001:db8::1]'],
  ['почта@пример.рф', 'почта', 'пример.рф'],
  ['a@xn--e1afmkfd.xn--p1ai', 'a', 'xn--e1afmkfd.xn--p1ai'],
  ['a@under_score.example.org', 'a', 'under_score.example.org'],
  ['a@1and1.example', 'a', '1and1.example'],
  [`${'a'.repeat(256)}@b`, 'a'.repeat(256), 'b'],
];

const invalid = [
  '',
  '@',
  'a',
  'a@',
  '@b',
  '""@b',
  'a b@c',
  'a..b@c',
  '.a@c',
  'a.@c',
  'a@b..c',
  'a@.b',
  'a@b.',
  'a@-b.c',
  'a@b-.c',
  'a@b c',
  'a@b@c',
  'a@b,c@d',
  '<a@b>',
  'a@b>',
  '"a"b@c',
  '"a@c',
  '"a""b"@c',
  'a@[192.0.2.256]',
  'a@[192.0.2.1',
  'a@[IPv6:fe80::1%eth0]',
  'a@[IPv6:192.0.2.1]',
  'a@[tag:x]',
  'a\r\n@b',
  'a@b\r\nRCPT TO:<c@d>',
  'a\u0000@b',
  '"a\nb"@c',
  '"a\u0085b"@c',
  'a\u00a0b@c',
  '\ud800@b',
  `${'a'.repeat(257)}@b`,
  `${'я'.repeat(129)}@b`,
  `a@${'b'.repeat(64)}.c`,
  `a@${'ы'.repeat(60)}.рф`,
  `a@${'b.'.repeat(128)}c`,
  'a@１.２.３.４',
];

describe('parseAddress', () => {
  test.each(valid)('valid: %s', (text, localPart, domain) => {
    expect(parseAddress(text)).toEqual({ localPart, domain });
  });

  test.each(invalid)('invalid: %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  test('property: never throws, and what it reads is written and read as the same', () => {
    const piece = fc.constantFrom(
      'a',
      '.',
      '@',
      '"',
      '\\',
      ' ',
      '[',
      ']',
      ':',
      'я',
      '-',
      '1',
      '\u0000',
      '\ud800',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((all) => all.join('')),
        ),
        (text) => {
          const address = parseAddress(text);
          expect(address && parseAddress(formatAddress(address))).toEqual(address);
        },
      ),
      { numRuns: 5000 },
    );
  });

  test('property: any printable local part survives quoting', () => {
    const unit = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 256,
    });
    fc.assert(
      fc.property(unit, (localPart) => {
        const address = { localPart, domain: 'example.org' };
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
      { numRuns: 1000 },
    );
  });

  test('the time for a megabyte of anything is linear', () => {
    expectLinear(1_000_000, (size) => {
      for (const char of ['a', '"', '\\', '@', '.', 'я', '[']) {
        parseAddress(char.repeat(size));
        parseAddress(`"${char.repeat(500)}"@b`);
        parsePath(`<${char.repeat(size)}>`);
      }
    });
  });
});

describe('parsePath', () => {
  test('<> is the empty path', () => {
    expect(parsePath('<>')).toEqual({ address: null });
  });

  test.each(['<a@b>', '<@one,@two.example:a@b>', '<@one:a@b>'])(
    'RFC 5321 §4.1.1.3: source routes are ignored: %s',
    (text) => {
      expect(parsePath(text)).toEqual({ address: { localPart: 'a', domain: 'b' } });
    },
  );

  test('an address of an IPv6 literal or a quoted colon has no source route', () => {
    expect(parsePath('<a@[IPv6:::1]>')).toEqual({ address: { localPart: 'a', domain: '[IPv6:::1]' } });
    expect(parsePath('<"@x:y"@b>')).toEqual({ address: { localPart: '@x:y', domain: 'b' } });
  });

  test.each([
    '',
    'a@b',
    '<a@b',
    'a@b>',
    '< a@b>',
    '<a@b >',
    '<<a@b>>',
    '<@:a@b>',
    '<@one a@b>',
    '<@one,two:a@b>',
    '<postmaster>',
    '<a>',
  ])('no path: %j', (text) => {
    expect(parsePath(text)).toBeNull();
  });

  test('RFC 5321 §4.1.1.3: postmaster without a domain is known in any case', () => {
    expect(isBarePostmaster('<PostMaster>')).toBe(true);
    expect(isBarePostmaster('<postmaster@x>')).toBe(false);
  });
});

describe('keys', () => {
  test.each([
    ['John.Doe@Example.ORG', 'john.doe@example.org'],
    ['Почта@ПРИМЕР.рф', 'почта@xn--e1afmkfd.xn--p1ai'],
    ['a@XN--E1AFMKFD.XN--P1AI', 'a@xn--e1afmkfd.xn--p1ai'],
    ['"A b"@c', '"a b"@c'],
    ['"anna"@c', 'anna@c'],
    ['"an\\na"@c', 'anna@c'],
    ['"a.b"@c', 'a.b@c'],
    ['"a..b"@c', '"a..b"@c'],
    ['"a@b"@c', '"a@b"@c'],
    ['"\\""@c', '"\\""@c'],
    ['e\u0301@c', '\u00e9@c'],
    ['a@[IPv6:2001:DB8:0:0:0:0:0:1]', 'a@[ipv6:2001:db8::1]'],
    ['a@[192.0.2.1]', 'a@[192.0.2.1]'],
  ])('%s is looked up as %s', (text, key) => {
    const address = parseAddress(text);
    expect(address && addressKey(address)).toBe(key);
  });

  test('property: the key of a key is itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (localPart) => {
        const key = addressKey({ localPart, domain: 'b' });
        expect(addressKey(addressOfKey(key))).toBe(key);
      }),
      { numRuns: 2000 },
    );
  });

  test('property: a key is an address that can be typed again, and says the same then', () => {
    const printable = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(printable, (localPart) => {
        const key = addressKey({ localPart, domain: 'B.example' });
        const typed = parseAddress(key);
        expect(typed).toEqual(addressOfKey(key));
        expect(typed && addressKey(typed)).toBe(key);
      }),
      { numRuns: 2000 },
    );
  });

  test('a key as it was kept before, without quotes, is read too', () => {
    expect(addressOfKey('a b@c')).toEqual({ localPart: 'a b', domain: 'c' });
    expect(addressOfKey('a@b@c')).toEqual({ localPart: 'a@b', domain: 'c' });
    expect(addressOfKey('"a@c')).toEqual({ localPart: '"a', domain: 'c' });
  });

  test('a domain has one key in U-labels and A-labels', () => {
    expect(domainKey('Пример.РФ')).toBe(domainKey('xn--e1afmkfd.XN--p1ai'));
  });

  test('domains as such', () => {
    expect(['a', 'a.b', 'пример.рф', '1.2.3.4'].map(isDomain)).toEqual([true, true, true, true]);
    expect(['', '.', 'a.', 'a b', '[1.2.3.4]', 'a:b'].map(isDomain)).toEqual(
      Array.from({ length: 6 }, () => false),
    );
  });
});

test('an address with only a U-label domain can be written in US-ASCII', () => {
  const address = { localPart: 'a', domain: 'пример.рф' };
  expect(isAsciiAddress(address)).toBe(false);
  expect(asciiAddress(address)).toEqual({ localPart: 'a', domain: 'xn--e1afmkfd.xn--p1ai' });
  expect(asciiAddress({ localPart: 'я', domain: 'b' })).toBeNull();
});
