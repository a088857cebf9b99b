import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Dn, dnKey, readDn, writeDn } from './dn.ts';

describe('RFC 4514: names that are read', () => {
  test.each<[string, Dn]>([
    ['', []],
    ['dc=example,dc=org', [[{ type: 'dc', value: 'example' }], [{ type: 'dc', value: 'org' }]]],
    [
      'UID=jsmith, DC = example ,DC=net',
      [
        [{ type: 'UID', value: 'jsmith' }],
        [{ type: 'DC', value: 'example' }],
        [{ type: 'DC', value: 'net' }],
      ],
    ],
    [
      'OU=Sales+CN=J.  Smith',
      [
        [
          { type: 'OU', value: 'Sales' },
          { type: 'CN', value: 'J.  Smith' },
        ],
      ],
    ],
    ['CN=James \\"Jim\\" Smith\\, III', [[{ type: 'CN', value: 'James "Jim" Smith, III' }]]],
    ['CN=Before\\0dAfter', [[{ type: 'CN', value: 'Before\rAfter' }]]],
    ['1.3.6.1.4.1.1466.0=#04024869', [[{ type: '1.3.6.1.4.1.1466.0', value: 'Hi' }]]],
    ['CN=Lu\\C4\\8Di\\C4\\87', [[{ type: 'CN', value: 'Lučić' }]]],
    ['cn="a, b"', [[{ type: 'cn', value: 'a, b' }]]],
    ['cn=Пётр Иванов', [[{ type: 'cn', value: 'Пётр Иванов' }]]],
    ['cn=a;dc=b', [[{ type: 'cn', value: 'a' }], [{ type: 'dc', value: 'b' }]]],
    ['cn=\\ a\\ ', [[{ type: 'cn', value: ' a ' }]]],
  ])('%s', (text, dn) => expect(readDn(text)).toEqual(dn));
});

test.each([
  'a',
  'cn',
  '=x',
  'cn=a,',
  'cn=a,,dc=b',
  'cn=\\',
  'cn=\\zz',
  'c n=a',
  'cn=#0',
  'cn="a',
  `cn=${'x'.repeat(5000)}`,
  'cn=\\ff',
])('no name: %s', (text) => expect(readDn(text)).toBeNull());

test('a name that was written is read as it was', () => {
  const level = fc.record({
    type: fc.constantFrom('cn', 'ou', 'dc', '2.5.4.3'),
    value: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((value) => value.isWellFormed()),
  });
  const dn = fc.array(fc.array(level, { minLength: 1, maxLength: 2 }), { maxLength: 5 });
  fc.assert(
    fc.property(dn, (name) => {
      expect(readDn(writeDn(name))).toEqual(name);
    }),
  );
});

test('anything at all is a name or none', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii', maxLength: 60 }), (text) => void readDn(text)));
});

test('RFC 4517 §4.2.15: names are the same without regard to case, accents and the order within a level', () => {
  expect(dnKey(readDn('OU=Pétrov+cn=ANNA,DC=X') as Dn)).toBe(
    dnKey(readDn('cn=anna + ou=petrov , dc=x') as Dn),
  );
  expect(dnKey(readDn('cn=a\\,b') as Dn)).not.toBe(dnKey(readDn('cn=a,cn=b') as Dn));
});
