import { describe, expect, test } from 'vitest';
import type { Protection } from './security/protection.ts';
import { isPrivateAddress, tlsPolicy, type TlsPolicy } from './tls-policy.ts';

const relay = {
  kind: 'named',
  mode: 'opportunistic',
  verified: 'never',
  hasLogIn: false,
  address: '198.51.100.1',
} as const;
const smtps = { mode: 'smtps', verified: 'publicly' } as const;

describe('TLS', () => {
  const between = (protection: Protection): TlsPolicy => tlsPolicy({ kind: 'mx', protection });

  test('between servers is opportunistic, without asking for the certificate', () => {
    const asItGoes = { mode: 'opportunistic', isCertificateVerified: false };
    expect(between({ kind: 'none' })).toEqual(asItGoes);
    expect(between({ kind: 'sts', isEnforced: false, isHostNamed: true })).toEqual(asItGoes);
  });

  test('RFC 7672 §2.2, RFC 8461 §5: unless the domain demands it', () => {
    const demanded = { mode: 'required', isCertificateVerified: false };
    const dane = { kind: 'dane', records: [], base: 'mx.d.test', names: ['mx.d.test'] } as const;
    expect(between({ ...dane, records: [], names: ['mx.d.test'] })).toEqual({
      ...demanded,
      strict: { name: 'mx.d.test' },
    });
    expect(between({ kind: 'encrypted' })).toEqual({ ...demanded, strict: { name: null } });
    expect(between({ kind: 'sts', isEnforced: true, isHostNamed: true })).toEqual({
      ...demanded,
      strict: { name: null },
    });
  });

  test('of a relay: SMTPS first when it is set; the certificate is asked for', () => {
    expect(tlsPolicy({ ...relay, ...smtps })).toEqual({ mode: 'implicit', isCertificateVerified: true });
    expect(tlsPolicy(relay)).toEqual({ mode: 'opportunistic', isCertificateVerified: false });
  });

  test('a password goes to strangers only over TLS with the right certificate', () => {
    expect(tlsPolicy({ ...relay, hasLogIn: true })).toEqual({
      mode: 'required',
      isCertificateVerified: true,
    });
  });

  test('a relay in one’s own network has the certificate it has', () => {
    const near = { ...relay, hasLogIn: true, address: '192.168.1.9' };
    expect(tlsPolicy(near)).toEqual({ mode: 'opportunistic', isCertificateVerified: false });
    expect(tlsPolicy({ ...near, ...smtps })).toEqual({ mode: 'implicit', isCertificateVerified: false });
  });

  test('of a route: as it says; a password goes to strangers with no less than a verified certificate', () => {
    const route = { ...relay, mode: 'starttls', verified: 'never' } as const;
    expect(tlsPolicy(route)).toEqual({ mode: 'required', isCertificateVerified: false });
    expect(tlsPolicy({ ...route, verified: 'always' })).toEqual({
      mode: 'required',
      isCertificateVerified: true,
    });
    const near = { ...route, verified: 'always', address: '192.168.1.9' } as const;
    expect(tlsPolicy(near)).toEqual({ mode: 'required', isCertificateVerified: true });
    expect(tlsPolicy({ ...route, hasLogIn: true })).toEqual({
      mode: 'required',
      isCertificateVerified: true,
    });
    expect(tlsPolicy({ ...route, mode: 'smtps' })).toEqual({
      mode: 'implicit',
      isCertificateVerified: false,
    });
  });

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.0.1',
    '169.254.1.1',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
  ])('%s is private', (address) => expect(isPrivateAddress(address)).toBe(true));
  test.each([
    '8.8.8.8',
    '172.32.0.1',
    '11.0.0.1',
    '2001:db8::1',
    '10.example.org',
    '127.0.0.1.example.org',
    '',
  ])('%s is not', (address) => expect(isPrivateAddress(address)).toBe(false));
});
