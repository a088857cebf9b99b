import { createHash, type X509Certificate } from 'node:crypto';
import type { TlsaRecord } from '@pochtar/runtime';
import { createTestAuthority, type TestAuthority, type TestCertificate } from '@pochtar/testkit/authority';
import { beforeAll, describe, expect, test } from 'vitest';
import { daneFault, usableRecords } from './dane-match.ts';

let authority: TestAuthority;
let stranger: TestAuthority;
let good: TestCertificate;
let expired: TestCertificate;
beforeAll(async () => {
  authority = await createTestAuthority();
  stranger = await createTestAuthority('A stranger');
  good = await authority.issue(['mx.d.test', '*.wild.test']);
  expired = await authority.issue(['mx.d.test'], -1);
});

function tlsa(
  usage: number,
  selector: number,
  matchingType: number,
  certificate: X509Certificate,
): TlsaRecord {
  const bytes =
    selector === 0 ? certificate.raw : certificate.publicKey.export({ type: 'spki', format: 'der' });
  const hash = ['', 'sha256', 'sha512'][matchingType] as string;
  return {
    usage,
    selector,
    matchingType,
    data: hash === '' ? bytes : createHash(hash).update(bytes).digest(),
  };
}

const kinds = [0, 1].flatMap((selector) =>
  [0, 1, 2].map((matchingType): [number, number] => [selector, matchingType]),
);
const names = ['mx.d.test', 'd.test'];
const check = (chain: X509Certificate[], records: TlsaRecord[], of = names): string =>
  daneFault(chain, usableRecords(records), of, new Date())?.result ?? 'good';

describe('RFC 6698 §2.1: selectors and matching types', () => {
  test.each(kinds)('%i %i', (selector, matchingType) => {
    const { certificate } = good;
    expect(check([certificate], [tlsa(3, selector, matchingType, certificate)])).toBe('good');
    expect(check([certificate], [tlsa(3, selector, matchingType, expired.certificate)])).toBe(
      'validation-failure',
    );
    const chain = [certificate, authority.certificate];
    expect(check(chain, [tlsa(2, selector, matchingType, authority.certificate)])).toBe('good');
    expect(check(chain, [tlsa(2, selector, matchingType, stranger.certificate)])).toBe('validation-failure');
  });

  test('RFC 7672 §3.1.1: of a certificate that is named itself neither name nor dates count', () => {
    expect(check([expired.certificate], [tlsa(3, 1, 1, expired.certificate)], ['other.test'])).toBe('good');
  });

  test('RFC 7672 §3.1.2: below an authority they do', () => {
    const anchor = [tlsa(2, 0, 1, authority.certificate)];
    expect(check([expired.certificate, authority.certificate], anchor)).toBe('certificate-expired');
    expect(check([good.certificate, authority.certificate], anchor, ['other.test'])).toBe(
      'certificate-host-mismatch',
    );
    expect(check([good.certificate, authority.certificate], anchor, ['a.wild.test'])).toBe('good');
  });

  test('an authority must have signed, and not only be shown', async () => {
    const forged = await stranger.issue(['mx.d.test']);
    const anchor = [tlsa(2, 0, 1, authority.certificate)];
    expect(check([forged.certificate, authority.certificate], anchor)).toBe('validation-failure');
    // Of the same name, with another key.
    const twin = await createTestAuthority();
    const twins = await twin.issue(['mx.d.test']);
    expect(check([twins.certificate, authority.certificate], anchor)).toBe('validation-failure');
    expect(check([forged.certificate, stranger.certificate, authority.certificate], anchor)).toBe(
      'validation-failure',
    );
    // A server certificate signs nobody, and names no authority.
    expect(check([good.certificate], [tlsa(2, 0, 1, good.certificate)])).toBe('validation-failure');
  });

  test('RFC 7671 §5.2.2: one that stands in the record as a whole need not be shown', () => {
    expect(check([good.certificate], [tlsa(2, 0, 0, authority.certificate)])).toBe('good');
    expect(check([good.certificate], [tlsa(2, 1, 0, authority.certificate)])).toBe('validation-failure');
    expect(
      check([good.certificate], [{ usage: 2, selector: 0, matchingType: 0, data: Buffer.from('nonsense') }]),
    ).toBe('validation-failure');
  });

  test('no certificate is none of them', () => {
    expect(check([], [tlsa(3, 1, 1, good.certificate)])).toBe('validation-failure');
  });
});

describe('records that can be used', () => {
  test('RFC 7672 §3.1.3: not those that rest on public authorities, nor unknown or broken ones', () => {
    const records = [
      ...[0, 1, 4].map((usage) => tlsa(usage, 1, 1, good.certificate)),
      { usage: 3, selector: 2, matchingType: 1, data: Buffer.alloc(32) },
      { usage: 3, selector: 1, matchingType: 3, data: Buffer.alloc(32) },
      { usage: 3, selector: 1, matchingType: 1, data: Buffer.alloc(31) },
      { usage: 3, selector: 1, matchingType: 0, data: Buffer.alloc(0) },
    ];
    expect(usableRecords(records)).toEqual([]);
  });

  test('RFC 7671 §9: of digests of one thing only the strongest', () => {
    const weak = tlsa(3, 1, 1, expired.certificate);
    const strong = tlsa(3, 1, 2, good.certificate);
    expect(usableRecords([weak, strong])).toEqual([strong]);
    expect(usableRecords([weak, tlsa(3, 0, 2, good.certificate)])).toHaveLength(2);
  });
});
