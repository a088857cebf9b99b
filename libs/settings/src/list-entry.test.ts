import { describe, expect, test } from 'vitest';
import {
  type CautionContext,
  cautionsOfEntry,
  type ListName,
  readEnd,
  readListEntry,
  readNetworkAddresses,
} from './list-entry.ts';

const free = { whiteNamesNeedSpf: 'no' } as const;
const now = new Date('2026-11-24T00:00:00Z');

function codeOf(list: ListName, input: string) {
  const read = readListEntry(list, input);
  return read.ok ? `${read.entry.kind} ${read.entry.value}` : read.problem.code;
}

describe('an entry', () => {
  test.each([
    ['192.0.2.1', 'address 192.0.2.1'],
    [' ::ffff:192.0.2.1 ', 'address 192.0.2.1'],
    ['::ffff:10.1.2.3/104', 'network 10.0.0.0/8'],
    ['2001:DB8::/32', 'network 2001:db8::/32'],
    ['@Mail.RU', 'server @mail.ru'],
    ['User@Mail.RU', 'mailbox user@mail.ru'],
    ['Mail.RU', 'domain mail.ru'],
    ['network:Office', 'namedNetwork network:Office'],
    ['no entry', 'wrongFormat'],
    ['user@', 'wrongFormat'],
    ['', 'wrongFormat'],
    ['x'.repeat(500), 'wrongFormat'],
  ])('%j is read as %s', (input, wanted) => {
    expect(codeOf('white', input)).toBe(wanted);
  });

  test.each<[ListName, string]>([
    ['white', '0.0.0.0/0'],
    ['white', '10.0.0.0/7'],
    ['white', '2001::/15'],
    ['black', '0.0.0.0/0'],
    ['black', '::/0'],
  ])('of the %s list is no network as wide as %s', (list, input) => {
    expect(codeOf(list, input)).toBe('networkTooWide');
  });

  test('ends in the future, at a time with its zone', () => {
    expect(readEnd('', now)).toEqual({ ok: true, end: null });
    expect(readEnd('2026-11-24T03:00:01+03:00', now)).toEqual({
      ok: true,
      end: new Date(now.getTime() + 1000),
    });
    expect(readEnd('2026-11-24T00:00:00Z', now)).toMatchObject({ problem: { code: 'outOfRange' } });
    expect(readEnd('tomorrow', now)).toMatchObject({ problem: { code: 'wrongFormat' } });
  });
});

test('a named network has each address once; what is none is named by its place', () => {
  expect(readNetworkAddresses(['192.0.2.1', '::ffff:192.0.2.1', '10.1.0.0/8'])).toEqual({
    addresses: ['192.0.2.1', '10.0.0.0/8'],
    problems: [],
  });
  const { problems } = readNetworkAddresses(['192.0.2.1', 'office', '0.0.0.0/0']);
  expect(problems.map(({ field, code }) => `${field} ${code}`)).toEqual([
    'addresses.1 wrongFormat',
    'addresses.2 networkTooWide',
  ]);
});

test.each<[ListName, string, Partial<CautionContext>, string[]]>([
  ['black', '128.0.0.0/1', {}, ['shutsOut']],
  ['black', '10.0.0.0/8', {}, ['shutsOut']],
  ['black', '127.0.0.1', {}, ['shutsOut']],
  ['black', '@ours.test', { localDomains: new Set(['ours.test']) }, ['shutsOut']],
  ['black', 'a@ours.test', { localDomains: new Set(['ours.test']) }, ['shutsOut']],
  ['black', '@other.test', { localDomains: new Set(['ours.test']) }, []],
  ['black', '198.51.100.0/24', {}, []],
  ['black', 'network:wide', { addresses: ['64.0.0.0/8'] }, ['shutsOut']],
  ['white', '64.0.0.0/8', {}, ['opensRelay']],
  ['white', '10.0.0.0/8', {}, []],
  ['white', '@ext.test', {}, ['forgeable']],
  ['white', '@ext.test', { whiteNamesNeedSpf: 'notFail' }, []],
  ['white', '198.51.100.1', {}, []],
])('%s %s with %j: %j is to be known', (list, input, more, wanted) => {
  const read = readListEntry(list, input);
  if (!read.ok) throw new Error(read.problem.message.en);
  const context = { ...free, relayForWhitelistedSenders: false, localDomains: new Set<string>(), ...more };
  expect(cautionsOfEntry(list, read.entry, context).map(({ code }) => code)).toEqual(wanted);
});
