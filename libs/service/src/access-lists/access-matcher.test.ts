import { parseAddress } from '@pochtar/mail';
import fc from 'fast-check';
import type { AccessListsSettings } from '@pochtar/settings';
import { accessEntry } from '@pochtar/settings';
import type { AccessEntry, AccessNetwork, ListColour } from '@pochtar/store/lists';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { AccessMatcher, type SenderNames } from './access-matcher.ts';

const now = Date.parse('2026-11-24T00:00:00Z');
let nextId = 1;

function entryOf(list: ListColour, value: string, more: Partial<AccessEntry> = {}): AccessEntry {
  const kind = accessEntry(value)?.kind ?? 'domain';
  return { id: nextId++, list, kind, value, networkId: null, expiresAt: null, opensRelay: true, ...more };
}

function lists(white: string[], black: string[], networks: AccessNetwork[] = []): AccessMatcher {
  const matcher = new AccessMatcher();
  const entries = [
    ...white.map((value) => entryOf('white', value)),
    ...black.map((value) => entryOf('black', value)),
  ];
  matcher.apply({ entries, networks, removed: [] });
  return matcher;
}

function sender(text: string | null, more: Partial<SenderNames> = {}): SenderNames {
  const [localPart = '', domain = ''] = text?.split('@') ?? [];
  return { reversePath: text === null ? null : { localPart, domain }, reverseNames: [], spf: null, ...more };
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
    expect(lists(white, black).address(address, now)?.list ?? null).toBe(wanted);
  });

  test('a named network stands for its addresses, and its entries follow when they change', () => {
    const list = lists([], [], [{ id: 7, addresses: ['192.0.2.0/24', '2001:db8::1'] }]);
    list.apply({
      entries: [entryOf('white', 'network:office', { networkId: 7 })],
      networks: [],
      removed: [],
    });
    expect(list.address('192.0.2.200', now)?.list).toBe('white');
    expect(list.address('2001:db8::1', now)?.list).toBe('white');
    list.apply({ entries: [], networks: [{ id: 7, addresses: ['198.51.100.0/24'] }], removed: [] });
    expect(list.address('192.0.2.200', now)).toBeNull();
    expect(list.address('198.51.100.9', now)?.list).toBe('white');
  });

  test('an entry that has expired does not count', () => {
    const list = new AccessMatcher();
    const ends = entryOf('white', '192.0.2.9', { expiresAt: new Date(now) });
    list.apply({ entries: [ends, entryOf('black', '192.0.2.0/24')], networks: [], removed: [] });
    expect(list.address('192.0.2.9', now - 1)?.list).toBe('white');
    expect(list.address('192.0.2.9', now)?.list).toBe('black');
  });
});

describe('names', () => {
  test.each([
    [['user@mail.test'], ['@mail.test'], sender('User@MAIL.test'), 'white'],
    [['user@mail.test'], ['@mail.test'], sender('other@mail.test'), 'black'],
    [[], ['@mail.test'], sender('other@sub.mail.test'), null],
    [[], ['@пример.test'], sender('a@xn--e1afmkfd.test'), 'black'],
    [['example.test'], [], sender(null, { reverseNames: ['mx.example.test'] }), 'white'],
    [['example.test'], ['mx.example.test'], sender(null, { reverseNames: ['mx.example.test'] }), 'black'],
    [['example.test'], [], sender('a@example.test'), null],
    [['example.test'], ['test'], sender(null, { reverseNames: ['a.test', 'mx.example.test'] }), 'white'],
    [['a.test'], ['mx.example.test'], sender(null, { reverseNames: ['a.test', 'mx.example.test'] }), 'black'],
    [['a.test'], ['b.test'], sender(null, { reverseNames: ['B.test', 'a.test'] }), 'white'],
    [[], ['example.test'], sender(null, { reverseNames: ['badexample.test'] }), null],
    [['@mail.test'], ['@mail.test'], sender('a@mail.test'), 'white'],
  ])('white %j, black %j: %j is %s', (white, black, names, wanted) => {
    expect(lists(white, black).names(names, now, 'no')?.list ?? null).toBe(wanted);
  });

  test('a white name counts only as SPF allows', () => {
    const counts = (rule: AccessListsSettings['whiteNamesNeedSpf'], spf: SenderNames['spf']) =>
      lists(['@mail.test'], []).names(sender('a@mail.test', { spf }), now, rule)?.list === 'white';
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

  test('the confirmed name of a client needs no SPF, and whether any is listed is known', () => {
    const list = new AccessMatcher();
    expect(list.hasDomains).toBe(false);
    const entry = entryOf('white', 'example.test');
    list.apply({ entries: [entryOf('black', '@mail.test')], networks: [], removed: [] });
    expect(list.hasDomains).toBe(false);
    list.apply({ entries: [entry], networks: [], removed: [] });
    expect(list.hasDomains).toBe(true);
    const client = sender('a@other.test', { reverseNames: ['mx.example.test'] });
    expect(list.names(client, now, 'pass')?.list).toBe('white');
    list.apply({ entries: [], networks: [], removed: [entry.id] });
    expect(list.hasDomains).toBe(false);
    expect(list.names(client, now, 'pass')).toBeNull();
  });

  test('a white name that does not count leaves a black one in force', () => {
    const list = lists(['user@mail.test'], ['@mail.test']);
    expect(list.names(sender('user@mail.test'), now, 'notFail')?.list).toBe('black');
  });
});

/** The rule as it is told, over all entries: the longest prefix, white when equal. */
function slowly(entries: readonly AccessEntry[], address: string): ListColour | null {
  const asked = ipaddr.process(address);
  let best: { length: number; list: ListColour } | null = null;
  for (const { list, value, expiresAt } of entries) {
    if (expiresAt !== null && expiresAt.getTime() <= now) continue;
    const [network = '', prefix] = value.split('/');
    const parsed = ipaddr.parse(network);
    if (parsed.kind() !== asked.kind()) continue;
    const length = prefix === undefined ? (parsed.kind() === 'ipv4' ? 32 : 128) : Number(prefix);
    if (!asked.match(parsed, length)) continue;
    if (best === null || length > best.length || (length === best.length && list === 'white')) {
      best = { length, list };
    }
  }
  return best?.list ?? null;
}

// Few different bits, so that networks lie inside of each other.
const v4 = fc
  .tuple(fc.constantFrom(10, 11), fc.constantFrom(0, 1, 128), fc.constantFrom(0, 255), fc.constantFrom(1, 2))
  .map((octets) => octets.join('.'));
const v6 = fc
  .tuple(fc.constantFrom('2001', '2002'), fc.constantFrom('0', '8000'), fc.constantFrom('1', 'ffff'))
  .map(([a, b, c]) => ipaddr.parse(`${a}:${b}::${c}`).toString());
const item = fc.oneof(
  v4,
  v6,
  fc.tuple(v4, fc.integer({ min: 1, max: 32 })).map(([address, length]) => `${address}/${length}`),
  fc.tuple(v6, fc.integer({ min: 1, max: 128 })).map(([address, length]) => `${address}/${length}`),
);
const change = fc.record({
  list: fc.constantFrom<ListColour>('white', 'black'),
  value: item,
  expires: fc.constantFrom<Date | null>(null, null, new Date(now), new Date(now + 1)),
  /** Takes the place of an entry that is there, or removes it. */
  instead: fc.option(fc.nat(20)),
  isRemoval: fc.boolean(),
});

test('whatever was added, changed and removed, the matcher says what the rule says over all entries', () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 40 }),
      fc.array(fc.oneof(v4, v6), { maxLength: 10 }),
      (changes, addresses) => {
        const matcher = new AccessMatcher();
        const entries = new Map<number, AccessEntry>();
        for (const { list, value, expires, instead, isRemoval } of changes) {
          const id = instead === null ? undefined : [...entries.keys()][instead];
          if (id !== undefined && isRemoval) {
            entries.delete(id);
            matcher.apply({ entries: [], networks: [], removed: [id] });
            continue;
          }
          const entry = entryOf(list, value, { expiresAt: expires, ...(id !== undefined && { id }) });
          entries.set(entry.id, entry);
          matcher.apply({ entries: [entry], networks: [], removed: [] });
        }
        for (const address of addresses) {
          const said = matcher.address(address, now)?.list ?? null;
          expect(said, address).toBe(slowly([...entries.values()], address));
        }
        expect(matcher.size).toBe(entries.size);
      },
    ),
    { numRuns: 500 },
  );
});

test('RFC 5321 §4.1.2: an entry whose local part is in quotes means the sender, however its quotes are written', () => {
  const matcher = lists([], ['"john doe"@ext.test', 'anna@ext.test']);
  const listOf = (path: string) =>
    matcher.names({ reversePath: parseAddress(path), reverseNames: [], spf: null }, now, 'no')?.list ?? null;
  expect(listOf('"John\\ Doe"@Ext.test')).toBe('black');
  expect(listOf('"anna"@ext.test')).toBe('black');
  expect(listOf('"john  doe"@ext.test')).toBeNull();
});
