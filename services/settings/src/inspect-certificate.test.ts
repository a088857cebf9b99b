import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectCertificate } from './inspect-certificate.ts';
import {
  encryptedKeyPem,
  keyPem,
  leafPem,
  middlePem,
  modernPkcs12,
  oldPkcs12,
  pkcs12Password,
  rootPem,
} from './test-chain.ts';

const now = new Date('2027-01-01');

function inspect(
  contents: (string | Buffer)[],
  options: { password?: string; helo?: string; at?: Date } = {},
) {
  const files = contents.map((one) => ({ name: '', data: Buffer.from(one).toString('base64') }));
  return inspectCertificate(files, options.password, options.helo ?? 'mail.test', options.at ?? now);
}
const problems = async (...given: Parameters<typeof inspect>) =>
  (await inspect(...given)).problems.map(({ code, field }) => `${code} ${field}`);
const cautions = async (...given: Parameters<typeof inspect>) =>
  (await inspect(...given)).cautions.map(({ code }) => code);

describe('what is handed in', () => {
  test.each([
    ['one file in order', [leafPem + middlePem + rootPem + keyPem]],
    [
      'one file in any order, with text around the blocks',
      [`key:\n${keyPem}root:\n${rootPem}${middlePem}x ${leafPem}`],
    ],
    ['several files', [keyPem, rootPem, leafPem, middlePem]],
    [
      'blocks pasted together without ends of lines',
      [(keyPem.trim() + leafPem.trim() + middlePem.trim()).replaceAll('\n', '\r\n')],
    ],
    ['the same certificate twice', [leafPem, leafPem + middlePem, keyPem]],
    ['UTF-16, as Windows writes it', [Buffer.from(`\ufeff${leafPem}${middlePem}${keyPem}`, 'utf16le')]],
  ])('%s: the chain is put together from the server up, without the root', async (_, contents) => {
    const found = await inspect(contents);
    expect(found.problems).toEqual([]);
    expect(found.chain.map(({ subject }) => subject)).toEqual(['CN=mail.test', 'CN=Middle']);
    expect(found).toMatchObject({
      keyFits: true,
      coversHeloName: true,
      certificate: { hosts: ['mail.test', '*.mail.test'], keyType: 'EC prime256v1', state: 'valid' },
    });
    expect(found.chainPem).toBe(leafPem + middlePem);
  });

  test('what was put right, and what is missing, is told', async () => {
    expect(await cautions([rootPem + middlePem + leafPem + keyPem])).toEqual(['reordered', 'rootLeftOut']);
    expect(await cautions([leafPem + middlePem + keyPem])).toEqual(['incompleteChain']);
    expect(await cautions([leafPem + rootPem + keyPem])).toEqual(['othersLeftOut', 'incompleteChain']);
    expect(await cautions([leafPem + middlePem + rootPem + keyPem], { helo: 'mx.other.test' })).toEqual([
      'rootLeftOut',
      'nameNotCovered',
    ]);
    expect((await inspect([leafPem + middlePem + rootPem])).authority).toBe('given');
  });

  test.each([
    ['of today', modernPkcs12],
    ['of before, with RC2 and triple DES', oldPkcs12],
  ])('a PKCS#12 file %s is opened with its password', async (_, file) => {
    const contents = [Buffer.from(file, 'base64')];
    const found = await inspect(contents, { password: pkcs12Password });
    expect(found.problems).toEqual([]);
    expect(found.chainPem).toBe(leafPem + middlePem);
    expect(found.keyPem).toBe((await inspect([leafPem, keyPem])).keyPem);
    expect(await problems(contents)).toEqual(['passwordNeeded files.0']);
    expect(await problems(contents, { password: 'other' })).toEqual(['wrongPassword files.0']);
  });

  test('an encrypted key is opened with its password', async () => {
    const contents = [leafPem, encryptedKeyPem];
    expect((await inspect(contents, { password: pkcs12Password })).keyFits).toBe(true);
    expect(await problems(contents)).toEqual(['passwordNeeded files.1']);
    expect(await problems(contents, { password: 'other' })).toEqual(['wrongPassword files.1']);
  });
});

describe('what keeps it from being stored', () => {
  const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const otherKeyPem = other.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { privateKey: short } = generateKeyPairSync('rsa', { modulusLength: 1024 });

  test.each([
    ['no key', [leafPem], ['noKey files']],
    ['a key of another certificate', [leafPem, otherKeyPem], ['keyMismatch files']],
    [
      'a short key of another certificate',
      [leafPem, short.export({ type: 'pkcs1', format: 'pem' }).toString()],
      ['keyMismatch files'],
    ],
    ['authorities only', [middlePem + rootPem + otherKeyPem], ['noLeaf files']],
    ['nothing', ['hello'], ['wrongFormat files.0']],
    [
      'a broken block',
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
      ['wrongFormat files.0'],
    ],
    ['blocks that never end', ['-----BEGIN CERTIFICATE-----'.repeat(8000)], ['noLeaf files']],
    ['too many certificates', [leafPem.repeat(60)], ['tooMany files.0']],
  ])('%s', async (_, contents, expected) => {
    expect(await problems(contents)).toEqual(expected);
  });

  test('an end in the past; an end soon is told by its state', async () => {
    const end = new Date((await inspect([leafPem])).certificate?.notAfter ?? 0).getTime();
    const at = (days: number) => new Date(end + days * 86_400_000);
    expect(await problems([leafPem + keyPem], { at: at(1) })).toEqual(['expired files']);
    const states = await Promise.all(
      [-40, -20, -10, -2, 1].map(
        async (days) => (await inspect([leafPem], { at: at(days) })).certificate?.state,
      ),
    );
    expect(states).toEqual(['valid', 'notice', 'warning', 'critical', 'expired']);
  });

  test('whatever the bytes are, they are read or refused', async () => {
    const file = Buffer.from(oldPkcs12, 'base64');
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), async (position, byte) => {
        const changed = Buffer.from(file);
        changed[position] = byte;
        const found = await inspect([changed], { password: pkcs12Password });
        expect(found.problems.length > 0 || found.keyFits === true).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
