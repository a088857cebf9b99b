import type { Resolver } from '@pochtar/runtime';
import { describe, expect, test } from 'vitest';
import { findReverseName } from './reverse-name.ts';

type Names = Pick<Resolver, 'ptr' | 'a' | 'aaaa'>;

/** `null`: DNS fails. */
function dns(names: readonly string[] | null, addresses: Record<string, readonly string[] | null>): Names {
  const of = async (found: readonly string[] | null | undefined): Promise<string[]> => {
    if (found === null) throw new Error('SERVFAIL');
    return [...(found ?? [])];
  };
  const forward = (name: string) => of(addresses[name]);
  return { ptr: () => of(names), a: forward, aaaa: forward };
}

const client = '192.0.2.7';

describe('RFC 8601 §2.7.3: iprev', () => {
  test.each<[string, string[] | null, Record<string, string[] | null>, string, string[]]>([
    [
      'pass: a name leads back',
      ['MX.remote.test.'],
      { 'mx.remote.test': [client] },
      'pass',
      ['mx.remote.test'],
    ],
    [
      'pass: one of several does',
      ['a.test', 'b.test'],
      { 'a.test': null, 'b.test': [client] },
      'pass',
      ['b.test'],
    ],
    ['fail: it leads elsewhere', ['a.test'], { 'a.test': ['192.0.2.8'] }, 'fail', []],
    ['fail: it leads nowhere', ['a.test'], {}, 'fail', []],
    ['permerror: there is no name', [], {}, 'permerror', []],
    ['temperror: the reverse look-up fails', null, {}, 'temperror', []],
    [
      'temperror: a forward one fails, and it could have led back',
      ['a.test', 'b.test'],
      { 'a.test': null },
      'temperror',
      [],
    ],
  ])('%s', async (_, names, addresses, result, confirmed) => {
    expect(await findReverseName(dns(names, addresses), client)).toEqual({ result, names: confirmed });
  });

  test('IPv6 in any spelling, and IPv4 mapped into it', async () => {
    const v6 = dns(['a.test'], { 'a.test': ['2001:0DB8:0:0::1'] });
    expect(await findReverseName(v6, '2001:db8::1')).toMatchObject({ result: 'pass' });
    expect(await findReverseName(dns(['a.test'], { 'a.test': [client] }), `::ffff:${client}`)).toMatchObject({
      result: 'pass',
    });
  });
});

test('a name that is no host name is not looked up, and proves nothing', async () => {
  const names = ['a b.test', 'x"y.test', 'a\r\nX: y.test', '(c).test', '', '.', 'l'.repeat(260), 'я.test'];
  const addresses = Object.fromEntries(names.map((name) => [name, [client]]));
  expect(await findReverseName(dns(names, addresses), client)).toEqual({ result: 'fail', names: [] });
});

test('of a hundred names ten are looked up, all at the same time', async () => {
  const open: (() => void)[] = [];
  const gate = Promise.withResolvers<void>();
  const resolver: Names = {
    ...dns(
      Array.from({ length: 100 }, (_, index) => `n${index}.test`),
      {},
    ),
    async a() {
      if (open.push(() => {}) === 10) gate.resolve();
      await gate.promise;
      return [client];
    },
  };
  expect((await findReverseName(resolver, client)).names).toHaveLength(10);
});

test('silence is bounded, and no mismatch', async () => {
  const silent = new Promise<string[]>(() => {});
  const never: Names = { ptr: () => silent, a: () => silent, aaaa: () => silent };
  expect(await findReverseName(never, client, 20)).toEqual({ result: 'temperror', names: [] });
  const half: Names = { ...never, ptr: async () => ['a.test'] };
  expect(await findReverseName(half, client, 20)).toEqual({ result: 'temperror', names: [] });
});
