import {
  certificatePem,
  keyPem,
  otherCertificatePem,
  otherKeyPem,
  rsaCertificatePem,
  rsaKeyPem,
} from '@pochtar/testkit';
import type { SecureContext } from 'node:tls';
import { expect, test } from 'vitest';
import { TlsContexts, type TlsPolicy } from './tls.ts';

const example = { id: 'example', chainPem: certificatePem, keyPem };
const other = { id: 'other', chainPem: otherCertificatePem, keyPem: otherKeyPem };
const rsa = { id: 'rsa', chainPem: rsaCertificatePem, keyPem: rsaKeyPem };
const policy: TlsPolicy = { certificateId: 'example', minTlsVersion: 'TLSv1.2', dhBits: 2048 };

function shownFor(tls: TlsContexts, name: string): SecureContext | undefined {
  let shown: SecureContext | undefined;
  tls.sni(name, (_, context) => (shown = context));
  return shown;
}

test('a certificate that stays as it was is not made ready again; a new one, or all under another policy, is', () => {
  const tls = new TlsContexts();
  tls.replace([example, other], policy);
  const first = [tls.secureContext, shownFor(tls, 'other.test')];
  expect(first[0]).not.toBe(first[1]);
  tls.replace([example, rsa], policy);
  expect(tls.secureContext).toBe(first[0]);
  expect(shownFor(tls, 'other.test')).toBe(first[0]);
  expect(shownFor(tls, 'rsa.test')).not.toBe(first[0]);
  // The same name with another certificate behind it.
  tls.replace([example, { ...rsa, id: 'other' }, other], { ...policy, certificateId: 'other' });
  expect(tls.secureContext).toBe(shownFor(tls, 'rsa.test'));
  expect(shownFor(tls, 'other.test')).not.toBe(first[1]);
  tls.replace([example], { ...policy, minTlsVersion: 'TLSv1.3' });
  expect(tls.secureContext).not.toBe(first[0]);
  expect(tls.options.minVersion).toBe('TLSv1.3');
});

test('what cannot be shown leaves what is shown as it was', () => {
  const tls = new TlsContexts();
  tls.replace([example], policy);
  const { secureContext } = tls;
  const broken = { ...other, keyPem };
  expect(() => tls.replace([broken, example], { ...policy, certificateId: 'other' })).toThrow(
    /key values mismatch/,
  );
  expect(tls.secureContext).toBe(secureContext);
  expect(tls.replace([broken, example], policy)).toEqual(['other']);
  expect(tls.secureContext).toBe(secureContext);
});
