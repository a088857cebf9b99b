import type { DomainRoute } from '@pochtar/store/queue';
import { expect, test } from 'vitest';
import { RouteTable } from './route-table.ts';

const route = (domain: string, more: Partial<DomainRoute> = {}): DomainRoute => ({
  ...{ id: 1, domain, host: 'h.test', port: 25, tls: 'opportunistic', isVerified: false, username: '' },
  ...{ maxConnections: null, perMinute: null, comment: '', isOn: true, author: 'test' },
  changedAt: new Date(),
  ...more,
});

test('an exact domain comes first, then the nearest domain above it; a domain is not below itself', () => {
  const table = new RouteTable(
    ['a.one.test', '.one.test', '.b.one.test', '.test', 'xn--e1afmkfd.test'].map((domain) => route(domain)),
  );
  const taken = (domain: string): string | undefined => table.of(domain)?.domain;
  expect(taken('a.one.test')).toBe('a.one.test');
  expect(taken('c.one.test')).toBe('.one.test');
  expect(taken('x.b.one.test')).toBe('.b.one.test');
  expect(taken('b.one.test')).toBe('.one.test');
  expect(taken('one.test')).toBe('.test');
  expect(taken('xn--e1afmkfd.test')).toBe('xn--e1afmkfd.test');
  expect(taken('one.invalid')).toBeUndefined();
  expect(taken('[192.0.2.1]')).toBeUndefined();
  expect(taken('')).toBeUndefined();
});

test('a route that is switched off is none', () => {
  const table = new RouteTable([route('one.test', { isOn: false }), route('.test')]);
  expect(table.of('one.test')?.domain).toBe('.test');
  expect(table.named('one.test')).toBeNull();
});
