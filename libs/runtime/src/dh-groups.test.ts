import { createSecureContext } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { dhParameters } from './dh-groups.ts';

function hexOf(bits: 2048 | 3072 | 4096): string {
  return Buffer.from(dhParameters(bits).replace(/-----.*-----|\n/g, ''), 'base64').toString('hex');
}

describe('Diffie-Hellman groups', () => {
  // The last digits of each prime as RFC 7919 prints them, before the 64 ones.
  const endings = { 2048: '886b423861285c97', 3072: '25e41d2b66c62e37', 4096: 'c68a007e5e655f6a' };
  for (const bits of [2048, 3072, 4096] as const) {
    it(`RFC 7919 appendix A: ffdhe${bits}`, () => {
      const der = hexOf(bits);
      // All begin with 64 ones and the digits of e; the generator 2 follows.
      const prime = der.slice(
        der.indexOf('ffffffffffffffffadf85458a2bb4a9aafdc5620273d3cf1'),
        -'020102'.length,
      );
      expect(prime).toHaveLength(bits / 4);
      expect(prime.endsWith(`${endings[bits]}${'f'.repeat(16)}`)).toBe(true);
    });
  }

  it('OpenSSL takes every length', () => {
    for (const bits of [1024, 2048, 3072, 4096] as const) {
      const options = { dhparam: dhParameters(bits), ciphers: 'DHE:@SECLEVEL=0' };
      expect(() => createSecureContext(options)).not.toThrow();
    }
  });
});
