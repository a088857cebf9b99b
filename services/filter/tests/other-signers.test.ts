// What others have signed is found to be signed: opendkim and dkimpy of Debian, DKIM and ARC.
import { generateKeyPairSync } from 'node:crypto';
import { temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, authenticate } from '../src/authentication/authenticate.ts';
import { messageOf } from './message-of.ts';
import { opendkimSigner, openDkimpy, type PythonSigner } from './other-signers.ts';

const MAIL = Buffer.from(
  'From: User <user@example.test>\r\nTo: x@here.test\r\nSubject: =?utf-8?B?0L/RgNC40LLQtdGC?=\r\n folded\r\nDate: Fri, 27 Nov 2026 01:00:00 +0000\r\nMessage-ID: <1@example.test>\r\nAuthentication-Results: lists.test; spf=pass\r\n\r\nline \r\n\r\n text  with  blanks\t\r\n\r\n\r\n',
);
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
const ed25519 = generateKeyPairSync('ed25519');
const edSecret = ed25519.privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64');
const edPublic = ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
const directory = temporaryDirectory();

let python: PythonSigner;
let opendkim: Awaited<ReturnType<typeof opendkimSigner>>;

beforeAll(async () => {
  python = await openDkimpy(pem);
  opendkim = await opendkimSigner(directory.path, pem);
}, 120_000);
afterAll(() => {
  python[Symbol.dispose]();
  directory[Symbol.dispose]();
});

const zone: Record<string, string> = {
  's._domainkey.example.test': record,
  'ed._domainkey.example.test': `v=DKIM1; k=ed25519; p=${edPublic}`,
  's._domainkey.lists.test': record,
};
const ask: Ask = async (name, type) => {
  const text = type === 'TXT' ? zone[name] : undefined;
  return text === undefined ? { code: 'ENOTFOUND', message: 'nothing there' } : { records: [[text]] };
};
const found = (mail: Buffer) =>
  authenticate(
    messageOf(mail),
    { reversePath: 'user@example.test', helo: 'x', clientAddress: null, receiver: 'mx.here.test' },
    ask,
  );

function changed(mail: Buffer): Buffer {
  return Buffer.from(mail.toString('latin1').replace('blanks', 'blinks'), 'latin1');
}

describe('RFC 6376', () => {
  test('RFC 8301 §3.1: opendkim signs with SHA-1 here, which is no proof', async () => {
    const mail = await opendkim(MAIL, 'example.test', 's');
    expect((await found(mail)).dkim).toMatchObject([{ result: 'policy', comment: 'weak algorithm' }]);
    // What it signed is read as it reads it, all the same.
    expect((await found(changed(mail))).dkim).toMatchObject([{ comment: 'body hash did not verify' }]);
  });

  test.each(['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'])(
    'dkimpy, %s',
    async (how) => {
      const [header, body] = how.split('/');
      const mail = await python.sign(
        MAIL,
        `out = dkim.sign(mail, b's', b'example.test', key, canonicalize=(b'${header}', b'${body}'))`,
      );
      expect((await found(mail)).dkim).toMatchObject([{ result: 'pass' }]);
      expect((await found(changed(mail))).dkim).toMatchObject([{ result: 'fail' }]);
    },
  );

  test('RFC 8463: dkimpy, Ed25519', async () => {
    const script = `out = dkim.sign(mail, b'ed', b'example.test', argument, signature_algorithm=b'ed25519-sha256')`;
    const mail = await python.sign(MAIL, script, edSecret);
    expect((await found(mail)).dkim).toMatchObject([{ result: 'pass', algorithm: 'ed25519-sha256' }]);
  });
});

describe('RFC 8617: chains that dkimpy has sealed', () => {
  const seal = (mail: Buffer) =>
    python.sign(mail, "out = b''.join(dkim.arc_sign(mail, b's', b'lists.test', key, b'lists.test'))");
  /** A further set: its sealer has found the chain so far to be whole. */
  const sealAgain = (mail: Buffer) =>
    seal(Buffer.concat([Buffer.from('Authentication-Results: lists.test; arc=pass\r\n'), mail]));

  test('of one set and of two pass; without a chain nothing is said', async () => {
    const one = await seal(MAIL);
    const two = await sealAgain(one);
    expect((await found(MAIL)).arc).toBeNull();
    expect((await found(one)).arc).toEqual({ result: 'pass', comment: 'i=1 spf=pass' });
    expect((await found(two)).arc).toEqual({ result: 'pass', comment: 'i=2 spf=pass' });
  });

  test.each<[string, (mail: string) => string]>([
    ['a changed body', (mail) => mail.replace('blanks', 'blinks')],
    ['a changed result', (mail) => mail.replace('spf=pass', 'spf=fail')],
    ['a set that is missing', (mail) => mail.replace(/^ARC-Seal: i=1[\s\S]*?(?=^\S)/m, '')],
    ['a seal of two', (mail) => mail.replace(/^(ARC-Seal: i=2[\s\S]*?)(?=^\S)/m, '$1$1')],
    ['a seal that says fail', (mail) => mail.replace('cv=pass', 'cv=fail')],
    ['an instance of 51', (mail) => mail.replace(/i=2;/g, 'i=51;')],
  ])('%s: the chain fails', async (_, change) => {
    const mail = (await sealAgain(await seal(MAIL))).toString('latin1');
    const broken = change(mail);
    expect(broken).not.toBe(mail);
    expect((await found(Buffer.from(broken, 'latin1'))).arc?.result).toBe('fail');
  });
});
