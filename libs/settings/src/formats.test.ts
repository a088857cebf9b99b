import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as formats from './formats.ts';

const parsers: Record<string, unknown> = { ...formats };

const cases: Record<string, { valid: Record<string, string>; invalid: string[] }> = {
  ipAddress: {
    valid: {
      '192.0.2.1': '192.0.2.1',
      '::ffff:192.0.2.1': '192.0.2.1',
      '2001:DB8::0:1': '2001:db8::1',
      ' ::1 ': '::1',
    },
    invalid: [
      '',
      '1',
      '192.0.2',
      '192.0.2.256',
      '0300.0.0.1',
      'fe80::1%eth0',
      '1::2::3',
      'example.org',
      '192.0.2.1/24',
    ],
  },
  network: {
    valid: {
      '192.0.2.7/24': '192.0.2.0/24',
      '::ffff:10.1.2.3/104': '10.0.0.0/8',
      '2001:db8::5/32': '2001:db8::/32',
      '0.0.0.0/0': '0.0.0.0/0',
    },
    invalid: [
      '192.0.2.0',
      '192.0.2.0/33',
      '192.0.2.0/',
      '192.0.2.0/-1',
      '192.0.2.0/24/1',
      '::ffff:10.0.0.0/8',
      '::/129',
      '/8',
    ],
  },
  domainName: {
    valid: {
      'Example.ORG.': 'example.org',
      'почта.рф': 'почта.рф',
      localhost: 'localhost',
      _dmarc: '_dmarc',
    },
    invalid: [
      '',
      '.',
      'a..b',
      '-a.org',
      'a-.org',
      'a b',
      '192.0.2.1',
      `${'a'.repeat(64)}.org`,
      `${'a.'.repeat(127)}aa`,
      'a/b',
    ],
  },
  mailboxAddress: {
    valid: {
      'User@Example.ORG': 'User@example.org',
      'a.b+c@x.y': 'a.b+c@x.y',
      'почта@пример.рф': 'почта@пример.рф',
      '"John Doe"@X.Y': '"John Doe"@x.y',
      '"anna"@x.y': 'anna@x.y',
      '"an\\na.b"@x.y': 'anna.b@x.y',
      '"a@b"@x.y': '"a@b"@x.y',
      '"a..b"@x.y': '"a..b"@x.y',
      '"\\"\\\\"@x.y': '"\\"\\\\"@x.y',
    },
    invalid: [
      ...['', '@x.y', 'a@', 'a..b@x.y', 'a b@x.y', `${'a'.repeat(65)}@x.y`, 'a\r\n@x.y'],
      ...['""@x.y', '"a@x.y', 'a"b"@x.y', '"a"b@x.y', '"a"b"@x.y', '"a\\"@x.y', '"a\r\nb"@x.y', '"a b"@'],
      `"${'a'.repeat(65)}"@x.y`,
    ],
  },
  hostPort: {
    valid: { 'ClamAV:3310': 'clamav:3310', '[::1]:3310': '[::1]:3310', '127.0.0.1:1': '127.0.0.1:1' },
    invalid: ['', 'host', 'host:0', 'host:65536', '::1:3310', 'host:1:2', '[host:1'],
  },
  icapUrl: {
    valid: {
      'icap://scanner:1344/av': 'icap://scanner:1344/av',
      'icap://scanner/av?x=1': 'icap://scanner/av?x=1',
    },
    invalid: ['', 'http://x/y', 'icap://', 'icap://x', 'icap:///av', 'icap://x:0/av', 'icap://x/a b'],
  },
  listenInterface: {
    valid: { eth0: 'eth0', '0.0.0.0': '0.0.0.0', '::': '::', 'eth0.100': 'eth0.100' },
    invalid: ['', 'a b', '1eth', 'an-interface-name-that-is-long', '10.0.0.0/8'],
  },
  dkimSelector: {
    valid: { Default: 'default', 'mail1.2027': 'mail1.2027' },
    invalid: ['', '-a', 'a_b', 'a..b', 'a.'],
  },
  baseDns: {
    valid: {
      'dc=ics, dc=local': 'dc=ics,dc=local',
      'DC=a;o=Наша фирма,dc=b': 'dc=a; o=Наша фирма,dc=b',
      'o=a\\;b;dc=c': 'o=a\\;b; dc=c',
    },
    invalid: ['', ';', 'ics', 'dc=', 'dc=a,,dc=b', 'dc=a;dc=a'],
  },
  moment: {
    valid: { '2027-01-31T12:00:00Z': '2027-01-31T12:00:00.000Z', '2027-01-31': '2027-01-31T00:00:00.000Z' },
    invalid: ['', 'tomorrow', '2027-13-01', '2027-01-31T25:00:00Z', '2027-01-31T12:00:00'],
  },
};

describe.each(Object.entries(cases))('%s', (name, { valid, invalid }) => {
  const parse = parsers[name] as (input: string) => string | undefined;

  test.each(Object.entries(valid))('reads %j as %j, and that again as itself', (input, normal) => {
    expect(parse(input)).toBe(normal);
    expect(parse(normal)).toBe(normal);
  });

  test.each(invalid)('refuses %j', (input) => {
    expect(parse(input)).toBeUndefined();
  });

  test('never throws, and its normal form reads as itself', () => {
    const input = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[\da-f:./@[\]=;,-]{0,40}$/),
      fc.ipV4(),
      fc.ipV6(),
      fc.domain(),
      fc.emailAddress(),
    );
    fc.assert(
      fc.property(input, (text) => {
        const normal = parse(text);
        expect(normal === undefined ? undefined : parse(normal)).toBe(normal);
      }),
    );
  });
});

describe('an entry of a restriction list', () => {
  test.each([
    ['192.0.2.1', 'address', '192.0.2.1'],
    ['::ffff:192.0.2.1', 'address', '192.0.2.1'],
    ['192.0.2.9/24', 'network', '192.0.2.0/24'],
    ['Example.org', 'domain', 'example.org'],
    ['@Mail.RU', 'server', '@mail.ru'],
    ['user@Mail.RU', 'mailbox', 'user@mail.ru'],
    ['network:Office', 'namedNetwork', 'network:Office'],
  ])('%j is of kind %s', (input, kind, value) => {
    expect(formats.accessEntry(input)).toEqual({ kind, value });
  });

  test.each(['', '@', 'user@', '1.2.3.4.5', '10.0.0.0/99', 'a b'])('refuses %j', (input) => {
    expect(formats.accessEntry(input)).toBeUndefined();
  });
});
