import { DnsFailure } from '@pochtar/runtime';
import { describe, expect, test } from 'vitest';
import { addressesOf, type AddressOrder, hostsOf, orderHosts } from './mx.ts';

const mx = (...records: [number, string][]): { exchange: string; priority: number }[] =>
  records.map(([priority, exchange]) => ({ priority, exchange }));
const order = (records: ReturnType<typeof mx>, own = 'us.test', random = (): number => 0.5): unknown =>
  orderHosts('d.test', records, own, random);

describe('RFC 5321 §5.1: hosts', () => {
  test('by preference, equal ones in random order', () => {
    const records = mx([20, 'c.test'], [10, 'a.test'], [10, 'b.test']);
    const randoms = [0.1, 0.9, 0.2];
    expect(order(records, 'us.test', () => randoms.shift() as number)).toEqual({
      kind: 'hosts',
      hosts: ['b.test', 'a.test', 'c.test'],
    });
    const others = [0.1, 0.2, 0.9];
    expect(order(records, 'us.test', () => others.shift() as number)).toEqual({
      kind: 'hosts',
      hosts: ['a.test', 'b.test', 'c.test'],
    });
  });

  test('without MX the domain itself', () => {
    expect(order([])).toEqual({ kind: 'hosts', hosts: ['d.test'] });
  });

  test('none that is not better than ourselves, in any spelling of our name', () => {
    expect(order(mx([10, 'a.test'], [20, 'US.test.'], [20, 'b.test'], [30, 'c.test']))).toEqual({
      kind: 'hosts',
      hosts: ['a.test'],
    });
    expect(order(mx([10, 'us.test'], [20, 'a.test']))).toMatchObject({ kind: 'failed', status: '5.4.6' });
  });

  test('RFC 7505: a null MX is 5.1.10; beside others it counts for nothing', () => {
    expect(order(mx([0, '']))).toMatchObject({ kind: 'failed', status: '5.1.10' });
    expect(order(mx([0, '.']))).toMatchObject({ kind: 'failed', status: '5.1.10' });
    expect(order(mx([0, '.'], [10, 'a.test']))).toEqual({ kind: 'hosts', hosts: ['a.test'] });
  });

  test('ten at most, each once', () => {
    const many = mx(
      ...Array.from({ length: 30 }, (_, index): [number, string] => [index, `h${index % 15}.test`]),
    );
    expect((order(many) as { hosts: string[] }).hosts).toHaveLength(10);
  });

  test('address literals are hosts themselves', async () => {
    const asked = (): Promise<never> => Promise.reject(new Error('not asked'));
    const resolver = { mx: asked, validated: asked, isValidating: false };
    expect(await hostsOf('[192.0.2.1]', resolver, 'us.test')).toEqual({
      kind: 'hosts',
      hosts: ['192.0.2.1'],
      isValidated: false,
    });
    expect(await hostsOf('[IPv6:2001:db8::1]', resolver, 'us.test')).toEqual({
      kind: 'hosts',
      hosts: ['2001:db8::1'],
      isValidated: false,
    });
    expect(await hostsOf('[nonsense]', resolver, 'us.test')).toMatchObject({
      kind: 'failed',
      status: '5.1.2',
    });
  });
});

describe('addresses', () => {
  const failing = (): Promise<string[]> => Promise.reject(new DnsFailure('x', null));

  test('IPv4 first; one family is enough even when the other fails', async () => {
    const both = { a: () => Promise.resolve(['192.0.2.1']), aaaa: () => Promise.resolve(['2001:db8::1']) };
    expect(await addressesOf('h.test', both)).toEqual({
      kind: 'addresses',
      addresses: ['192.0.2.1', '2001:db8::1'],
    });
    expect(await addressesOf('h.test', { ...both, aaaa: failing })).toEqual({
      kind: 'addresses',
      addresses: ['192.0.2.1'],
    });
  });

  test('in the order that the administrator says, or of one family alone', async () => {
    const both = { a: () => Promise.resolve(['192.0.2.1']), aaaa: () => Promise.resolve(['2001:db8::1']) };
    const listed = async (wanted: AddressOrder): Promise<string> => {
      const found = await addressesOf('h.test', both, wanted);
      return found.kind === 'addresses' ? found.addresses.join(' ') : found.kind;
    };
    expect(await listed('ipv6First')).toBe('2001:db8::1 192.0.2.1');
    expect(await listed('ipv4Only')).toBe('192.0.2.1');
    expect(await listed('ipv6Only')).toBe('2001:db8::1');
    const asked = { ...both, aaaa: () => Promise.reject(new Error('not asked')) };
    expect(await addressesOf('h.test', asked, 'ipv4Only')).toMatchObject({ kind: 'addresses' });
  });

  test('none is not the same as no answer', async () => {
    const none = (): Promise<string[]> => Promise.resolve([]);
    expect(await addressesOf('h.test', { a: none, aaaa: none })).toEqual({ kind: 'none' });
    expect(await addressesOf('h.test', { a: none, aaaa: failing })).toMatchObject({
      kind: 'deferred',
      status: '4.4.3',
    });
  });
});
