import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHeaderFields } from './header.ts';
import type { Trace } from './received.ts';
import {
  addressLiteral,
  countReceived,
  parseReturnPath,
  receivedField,
  returnPathField,
} from './received.ts';

const trace: Trace = {
  helo: 'client.example.org',
  clientAddress: '192.0.2.1',
  by: 'mx.example.org',
  protocol: 'ESMTPS',
  id: '019364a0-0000-7000-8000-000000000001',
  date: new Date('2026-11-24T01:50:00Z'),
};
const value = (fields: Partial<Trace>) =>
  parseHeaderFields(receivedField({ ...trace, ...fields })).map((field) => field.value);

describe('receivedField (RFC 5321 §4.4)', () => {
  test('all clauses', () => {
    const text = value({
      reverseName: 'host.example.org',
      tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
      for: { localPart: 'a b', domain: 'example.org' },
      offset: 180,
    });
    expect(text).toEqual([
      'from client.example.org (host.example.org [192.0.2.1]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384) ' +
        'by mx.example.org with ESMTPS id 019364a0-0000-7000-8000-000000000001 for <"a b"@example.org>; ' +
        'Tue, 24 Nov 2026 04:50:00 +0300',
    ]);
  });

  test('without an address of the client nothing tells where it was', () => {
    expect(value({ clientAddress: null })[0]).toMatch(
      /^from client\.example\.org by mx\.example\.org with ESMTPS id \S+; Tue/,
    );
  });

  test.each([
    ['client.example.org.', 'client.example.org'],
    ['LAPTOP_7', 'LAPTOP_7'],
    ['почта.рф', 'xn--80a1acny.xn--p1ai'],
    ['[192.0.2.77]', '[192.0.2.77]'],
    ['[IPv6:2001:db8::7]', '[IPv6:2001:db8::7]'],
    ['192.0.2.77', '[192.0.2.1]'],
    ['<script>alert(1)</script>;(x) by y', '[192.0.2.1]'],
    ['[x] (y', '[192.0.2.1]'],
    ['a..b', '[192.0.2.1]'],
    ['-', '[192.0.2.1]'],
    ['', '[192.0.2.1]'],
  ])('Extended-Domain: a client that calls itself %j is written as %s', (helo, written) => {
    expect(value({ helo })[0]).toMatch(
      new RegExp(`^from ${RegExp.escape(written)} \\(\\[192\\.0\\.2\\.1\\]\\) by `),
    );
  });

  test.each(['[192.0.2.77]', '192.0.2.77', '[IPv6:2001:db8::7]', 'junk (x'])(
    'of a client that is not told of, %j is not told either',
    (helo) => {
      expect(value({ helo, clientAddress: null })[0]).toMatch(/^from localhost by mx\.example\.org /);
    },
  );

  test('RFC 6531 §3.7.3: a UTF-8 address only where the mail came by SMTPUTF8', () => {
    const address = { localPart: 'я', domain: 'пример.рф' };
    expect(receivedField({ ...trace, for: address }).toString()).not.toContain('for');
    expect(receivedField({ ...trace, protocol: 'UTF8SMTPS', for: address }).toString()).toContain(
      'for <я@пример.рф>',
    );
  });

  test('property: whatever a client calls itself, it is one field of printable US-ASCII', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 600 }),
        fc.string({ unit: 'binary' }),
        (helo, name) => {
          const bytes = receivedField({
            ...trace,
            helo,
            reverseName: name,
            tls: { version: name, cipher: helo },
          });
          expect(bytes.toString('latin1')).toMatch(/^(?:[ -~]+\r\n)+$/);
          expect(bytes.length).toBeLessThan(1500);
          const fields = parseHeaderFields(bytes);
          expect(fields).toHaveLength(1);
          expect(fields[0]?.value).toMatch(
            / by mx\.example\.org with ESMTPS id \S+; Tue, 24 Nov 2026 01:50:00 \+0000$/,
          );
          // Quotes and brackets stay balanced: nothing a client says ends a comment or a string.
          expect(fields[0]?.value.split('"').length).toSatisfy((pieces: number) => pieces % 2 === 1);
          expect(fields[0]?.value.replace(/"[^"]*"/g, '').replace(/[^()]/g, '')).toMatch(/^\(\)(?:\(\))?$/);
        },
      ),
      { numRuns: 400 },
    );
  });
});

test.each([
  ['192.0.2.1', '[192.0.2.1]'],
  ['2001:db8::1', '[IPv6:2001:db8::1]'],
  ['::ffff:192.0.2.1', '[192.0.2.1]'],
  ['fe80::1%eth0', '[IPv6:fe80::1]'],
])('RFC 5321 §4.1.3: %s is written %s', (ip, literal) => {
  expect(addressLiteral(ip)).toBe(literal);
});

test('Return-Path is written and read', () => {
  for (const address of [
    null,
    { localPart: 'a "b"', domain: 'c' },
    { localPart: 'я', domain: 'пример.рф' },
  ]) {
    const [field] = parseHeaderFields(returnPathField(address));
    expect(parseReturnPath(field?.value ?? '')).toEqual(address);
  }
  expect(parseReturnPath('junk')).toBeUndefined();
});

test('RFC 5321 §6.3: Received fields are counted', () => {
  expect(
    countReceived(parseHeaderFields(Buffer.from('Received: a\r\nreceived: b\r\nReceived-SPF: c\r\n'))),
  ).toBe(2);
});
