import { describe, expect, test } from 'vitest';
import { readServer, routeDomain, type TypedServer } from './read-route.ts';

describe('the domain of a route', () => {
  test.each([
    ['example.org', 'example.org'],
    [' .Example.ORG. ', '.example.org'],
    ['пример.рф', 'xn--e1afmkfd.xn--p1ai'],
    ['.пример.рф', '.xn--e1afmkfd.xn--p1ai'],
    ['intranet', 'intranet'],
  ])('%s is %s', (written, domain) => expect(routeDomain(written)).toBe(domain));
  test.each(['', '.', '..example.org', 'a b', '*.example.org', 'anna@example.org', '[192.0.2.1]', 'a..b'])(
    '“%s” is none',
    (written) => expect(routeDomain(written)).toBeNull(),
  );
});

const typed: TypedServer = {
  ...{ domain: 'one.test', host: 'smtp.one.test', port: 25, tls: 'opportunistic', isVerified: false },
  username: '',
};

test.each<[string, Partial<TypedServer>, string]>([
  ['a host that is none', { host: 'a b' }, 'host'],
  ['SMTPS on port 25', { tls: 'smtps' }, 'tls'],
  ['port 465 without SMTPS', { port: 465 }, 'tls'],
  ['a login with a line end', { username: 'a\nb' }, 'username'],
  ['a password without a login', { password: 'x' }, 'username'],
])('%s is refused, and its field is named', (_, more, field) => {
  expect(readServer({ ...typed, ...more })).toMatchObject({ ok: false, error: { field } });
});

test('a host is a name in A-labels or an address', () => {
  const host = (written: string) => readServer({ ...typed, host: written });
  expect(host('Почта.рф')).toMatchObject({ server: { host: 'xn--80a1acny.xn--p1ai' } });
  expect(host('192.168.1.9')).toMatchObject({ server: { host: '192.168.1.9' } });
  expect(host('FD00::1')).toMatchObject({ server: { host: 'fd00::1' } });
});
