import { type AccessListsSettings, defaultDocument, parseSection } from '@pochtar/settings';
import { describe, expect, test } from 'vitest';
import { AccessList, type SenderNames } from './access-list.ts';

const now = Date.parse('2026-11-24T00:00:00Z');

function lists(
  white: string[],
  black: string[],
  more: Partial<AccessListsSettings> = {},
  expiresAt = '',
): AccessList {
  const entries = (values: string[]) => values.map((value) => ({ value, comment: '', expiresAt }));
  const document = {
    ...defaultDocument('accessLists'),
    ...more,
    white: entries(white),
    black: entries(black),
  };
  const parsed = parseSection('accessLists', document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return new AccessList(parsed.value);
}

function sender(text: string | null, more: Partial<SenderNames> = {}): SenderNames {
  const [localPart = '', domain = ''] = text?.split('@') ?? [];
  return { reversePath: text === null ? null : { localPart, domain }, reverseName: null, spf: null, ...more };
}

describe('addresses and networks', () => {
  test.each([
    [['192.0.2.0/24'], [], '192.0.2.9', 'white'],
    [['192.0.2.0/24'], ['192.0.2.0/25'], '192.0.2.9', 'black'],
    [['192.0.2.9'], ['192.0.2.0/25'], '192.0.2.9', 'white'],
    [['192.0.2.0/24'], ['192.0.2.0/24'], '192.0.2.9', 'white'],
    [[], ['192.0.2.9'], '::ffff:192.0.2.9', 'black'],
    [[], ['::ffff:192.0.2.9'], '192.0.2.9', 'black'],
    [['2001:db8::/32'], [], '2001:db8:1::5', 'white'],
    [['2001:db8::/32'], [], '2001:db9::5', null],
    [['10.0.0.0/8'], [], '192.0.2.9', null],
    [['10.0.0.0/8'], [], 'nonsense', null],
  ])('white %j, black %j: %s is %s', (white, black, address, wanted) => {
    expect(lists(white, black).address(address, now)).toBe(wanted);
  });

  test('a named network stands for its addresses, whatever the case of its name', () => {
    const list = lists(['network:OFFICE'], [], {
      networks: [{ name: 'Office', addresses: ['192.0.2.0/24', '2001:db8::1'] }],
    });
    expect(list.address('192.0.2.200', now)).toBe('white');
    expect(list.address('2001:db8::1', now)).toBe('white');
  });

  test('an entry that has expired does not count', () => {
    const list = lists(['192.0.2.9'], [], {}, '2026-11-24T00:00:00.000Z');
    expect(list.address('192.0.2.9', now - 1)).toBe('white');
    expect(list.address('192.0.2.9', now)).toBeNull();
  });
});

describe('names', () => {
  const free = { whiteNamesNeedSpf: 'no' } as const;
  test.each([
    [['user@mail.test'], ['@mail.test'], sender('User@MAIL.test'), 'white'],
    [['user@mail.test'], ['@mail.test'], sender('other@mail.test'), 'black'],
    [[], ['@mail.test'], sender('other@sub.mail.test'), null],
    [[], ['@пример.test'], sender('a@xn--e1afmkfd.test'), 'black'],
    [['example.test'], [], sender(null, { reverseName: 'mx.example.test' }), 'white'],
    [['example.test'], ['mx.example.test'], sender(null, { reverseName: 'mx.example.test' }), 'black'],
    [['example.test'], [], sender('a@example.test'), null],
    [[], ['example.test'], sender(null, { reverseName: 'badexample.test' }), null],
    [['@mail.test'], ['@mail.test'], sender('a@mail.test'), 'white'],
  ])('white %j, black %j: %j is %s', (white, black, names, wanted) => {
    expect(lists(white, black, free).names(names, now)).toBe(wanted);
  });

  test('a white name counts only as SPF allows', () => {
    const counts = (rule: AccessListsSettings['whiteNamesNeedSpf'], spf: SenderNames['spf']) =>
      lists(['@mail.test'], [], { whiteNamesNeedSpf: rule }).names(sender('a@mail.test', { spf }), now) ===
      'white';
    expect(['pass', 'none', 'fail', null].map((spf) => counts('notFail', spf as SenderNames['spf']))).toEqual(
      [true, true, false, false],
    );
    expect(['pass', 'none', 'fail', null].map((spf) => counts('pass', spf as SenderNames['spf']))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(counts('no', 'fail')).toBe(true);
  });

  test('a white name that does not count leaves a black one in force', () => {
    const list = lists(['user@mail.test'], ['@mail.test']);
    expect(list.names(sender('user@mail.test'), now)).toBe('black');
  });
});
