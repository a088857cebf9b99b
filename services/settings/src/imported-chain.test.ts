import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, createServerCertificate, type IssuedCertificate } from './authority.ts';
import { checkChain } from './imported-chain.ts';

const now = new Date();
let authority: IssuedCertificate;
let server: IssuedCertificate;
let other: IssuedCertificate;

beforeAll(async () => {
  authority = await createAuthority('A', now);
  server = await createServerCertificate(authority, ['a.test'], now);
  other = await createServerCertificate(await createAuthority('B', now), ['b.test'], now);
});

function complaint(chainPem: string, keyPem: string, at = now): { code: string; field: string } | null {
  const checked = checkChain(chainPem, keyPem, at);
  return checked.ok ? null : { code: checked.error.code, field: checked.error.field };
}

describe('an imported chain', () => {
  test('with its key is taken, text around the blocks is dropped', () => {
    const checked = checkChain(`subject=a.test\n${server.chainPem}\ntrailer`, server.keyPem, now);
    expect(checked.ok && checked.chainPem).toBe(server.chainPem);
    expect(complaint(server.chainPem, server.keyPem)).toBeNull();
  });

  test.each([
    ['', 'wrongFormat'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'wrongFormat'],
    ['x'.repeat(100_000), 'wrongFormat'],
    ['-----BEGIN CERTIFICATE-----'.repeat(3000), 'wrongFormat'],
  ])('that is none is a complaint', (chainPem, code) => {
    expect(complaint(chainPem, server.keyPem)).toEqual({ code, field: 'chainPem' });
  });

  test('of too many certificates is a complaint', () => {
    expect(complaint(server.chainPem.repeat(6), server.keyPem)).toMatchObject({ code: 'wrongFormat' });
  });

  test('in the wrong order is a complaint', () => {
    const leaf = server.chainPem.slice(0, server.chainPem.indexOf('-----END') + 26);
    expect(complaint(authority.chainPem + leaf, server.keyPem)).toEqual({
      code: 'wrongOrder',
      field: 'chainPem',
    });
  });

  test('of an authority alone is a complaint', () => {
    expect(complaint(authority.chainPem, authority.keyPem)).toMatchObject({ code: 'notAServer' });
  });

  test('that has expired is a complaint', () => {
    expect(complaint(server.chainPem, server.keyPem, new Date('2100-01-01'))).toMatchObject({
      code: 'expired',
    });
  });

  test('whose key is another one, encrypted, short or none is a complaint about the key', () => {
    const options = { type: 'pkcs8', format: 'pem' } as const;
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(options).toString();
    const locked = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ ...options, cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString();
    for (const [keyPem, code] of [
      [other.keyPem, 'keyMismatch'],
      [locked, 'encryptedKey'],
      [short, 'weakKey'],
      ['nonsense', 'wrongFormat'],
      [server.chainPem, 'wrongFormat'],
    ] as const) {
      expect(complaint(server.chainPem, keyPem)).toEqual({ code, field: 'keyPem' });
    }
  });
});
