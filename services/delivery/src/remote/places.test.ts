import { expect, test } from 'vitest';
import type { AddressList } from './mx.ts';
import { placesOf } from './places.ts';

const many: Record<string, string[]> = {
  first: ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'],
  second: ['b1', 'b2', 'b3'],
  third: ['c1'],
};

async function order(hosts: string[]): Promise<string[]> {
  const tried: string[] = [];
  const look = (host: string): Promise<AddressList> => {
    const addresses = many[host];
    if (addresses) return Promise.resolve({ kind: 'addresses', addresses });
    if (host === 'nowhere') return Promise.resolve({ kind: 'none' });
    return Promise.resolve({ kind: 'deferred', status: '4.4.3', diagnostic: host });
  };
  for await (const place of placesOf(hosts, look))
    tried.push('address' in place ? place.address : place.status);
  return tried;
}

test('RFC 5321 §5.1: every host has its turn before a host with many addresses has all of its own', async () => {
  expect(await order(['first', 'second', 'third'])).toEqual([
    ...['a1', 'a2', 'b1', 'b2', 'c1'],
    ...['a3', 'b3', 'a4', 'a5', 'a6'],
  ]);
});

test('a host that cannot be looked up, or is nowhere, does not keep the next one from being tried', async () => {
  expect(await order(['broken', 'nowhere', 'third'])).toEqual(['4.4.3', 'c1']);
});
