// ARC by the kinds of cases of the published suite, written anew: every chain is asked of us and of dkimpy.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, authenticate } from '../src/authentication/authenticate.ts';
import { type ArcSet, instanceOf, joinMail, nameOf, sealed, splitMail } from './arc-sealer.ts';
import { messageOf } from './message-of.ts';
import { openPython, type Python } from './python.ts';

const MAIL =
  'From: User <user@example.test>\r\nTo: x@here.test\r\nSubject: the minutes\r\nX-Other: a\r\n\r\nhello  there \r\nall\r\n\r\n';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
const zone: Record<string, string> = {
  's._domainkey.lists.test': record,
  'revoked._domainkey.lists.test': 'v=DKIM1; k=rsa; p=',
  'broken._domainkey.lists.test': 'v=DKIM1; k=rsa; p=AAAA',
};

let python: Python;
beforeAll(async () => {
  python = await openPython(['python3-dkim', 'python3-authres'], 'import base64, dkim');
}, 120_000);
afterAll(() => python[Symbol.dispose]());

const ask: Ask = async (name, type) => {
  const text = type === 'TXT' ? zone[name] : undefined;
  return text === undefined ? { code: 'ENOTFOUND', message: 'nothing there' } : { records: [[text]] };
};

async function found(mail: string): Promise<string> {
  const { arc } = await authenticate(
    messageOf(Buffer.from(mail, 'latin1')),
    { reversePath: '', helo: 'x', clientAddress: null, receiver: 'mx.here.test' },
    ask,
  );
  return arc?.result ?? 'none';
}

function dkimpyFound(mail: string): Promise<string> {
  return python.ask(
    `def look(name, timeout=5):
    text = zone.get(name.decode().rstrip('.'))
    return None if text is None else text.encode()
out = dkim.arc_verify(base64.b64decode(mail), dnsfunc=look)[0].decode()`,
    { mail: Buffer.from(mail, 'latin1').toString('base64'), zone },
  );
}

const chain = (...sets: ArcSet[]): string => sets.reduce((mail, set) => sealed(mail, privateKey, set), MAIL);
const many = (count: number): string => chain(...Array.from({ length: count }, () => ({})));

function changed(mail: string, change: (fields: string[]) => string[]): string {
  const { fields, body } = splitMail(mail);
  return joinMail({ fields: change(fields), body });
}

const [AAR, AMS, AS] = ['arc-authentication-results', 'arc-message-signature', 'arc-seal'];
const isOf = (name: string | undefined, i: number) => (field: string) =>
  nameOf(field) === name && instanceOf(field) === i;
const without = (mail: string, name: string | undefined, i: number) =>
  changed(mail, (fields) => fields.filter((field) => !isOf(name, i)(field)));
const twice = (mail: string, name: string | undefined, i: number) =>
  changed(mail, (fields) => fields.flatMap((field) => (isOf(name, i)(field) ? [field, field] : [field])));
const signatureBroken = (mail: string, name: string | undefined, i: number) =>
  changed(mail, (fields) =>
    fields.map((field) =>
      isOf(name, i)(field)
        ? field.replace(/b=(.)([^;]*)$/, (_, first) => `b=${first === 'A' ? 'B' : 'A'}${_.slice(3)}`)
        : field,
    ),
  );

interface Case {
  what: string;
  result: 'pass' | 'fail' | 'none';
  mail: () => string;
  /** dkimpy is laxer than the standard there, or gives no answer. */
  isOurs?: true;
}

const pass = (what: string, mail: () => string): Case => ({ what, result: 'pass', mail });
const fail = (what: string, mail: () => string): Case => ({ what, result: 'fail', mail });

const ours = (one: Case): Case => ({ ...one, isOurs: true });

const kinds: Readonly<Record<string, readonly Case[]>> = {
  'whole chains': [
    { what: 'no chain', result: 'none', mail: () => MAIL },
    ...[1, 2, 3, 7].map((count) => pass(`${count} sets`, () => many(count))),
    ours(
      pass('sets in whatever order', () =>
        changed(many(3), (fields) => fields.toSorted((a, b) => instanceOf(a) - instanceOf(b))),
      ),
    ),
    pass('a field that is not signed', () => chain({}).replace('X-Other: a', 'X-Other: b')),
    pass('the body was changed before the newest set', () =>
      sealed(many(1).replace('hello', 'bye'), privateKey),
    ),
    pass('fifty sets', () => many(50)),
  ],
  'what is signed': [
    fail('the body', () => many(2).replace('hello', 'bye')),
    fail('a field', () => many(2).replace('minutes', 'hours')),
    ...[AMS, AS].flatMap((name) => [
      fail(`${name} of the newest set`, () => signatureBroken(many(2), name, 2)),
    ]),
    fail('the seal of an earlier set', () => signatureBroken(many(2), AS, 1)),
    fail('the results of an earlier set', () =>
      changed(many(2), (fields) =>
        fields.map((field) => (isOf(AAR, 1)(field) ? field.replace('spf=pass', 'spf=fail') : field)),
      ),
    ),
    fail('by another key', () => sealed(many(1), other)),
  ],
  'RFC 8617 §4.4: cv': [
    ...['pass', 'x', '', undefined].map((cv) =>
      fail(`cv=${String(cv)} of the first set`, () => chain({ seal: { cv } })),
    ),
    ...['none', 'x', '', undefined].map((cv) =>
      fail(`cv=${String(cv)} of the second set`, () => chain({}, { seal: { cv } })),
    ),
    ours(fail('cv=fail of the first set', () => chain({ seal: { cv: 'fail' } }))),
    ours(fail('cv=fail of the second set', () => chain({}, { seal: { cv: 'fail' } }))),
    ours(fail('cv=fail, and somebody goes on', () => chain({}, { seal: { cv: 'fail' } }, {}))),
  ],
  'RFC 8617 §4.2.1: instances': [
    ...[AAR, AMS, AS].flatMap((name) => [
      fail(`${name} is missing`, () => without(many(2), name, 1)),
      fail(`${name} of the newest set is missing`, () => without(many(2), name, 2)),
      fail(`${name} is there twice`, () => twice(many(2), name, 2)),
    ]),
    fail('the first set is missing', () => chain({ i: '2', seal: { cv: 'pass' } })),
    fail('one between is missing', () => chain({}, { i: '3', seal: { cv: 'pass' } })),
    fail('i=51', () => chain({ i: '51' })),
    ...['0', '-1', 'x', '1.5', '', undefined].map((i) => ours(fail(`i=${String(i)}`, () => chain({ i })))),
    ours(fail('51 sets', () => many(51))),
  ],
  'RFC 8617 §4.1.2: ARC-Message-Signature': [
    ...['b', 'bh', 'd', 's', 'h', 'a'].map((tag) =>
      fail(`without ${tag}`, () =>
        tag === 'b'
          ? changed(many(1), (fields) =>
              fields.map((field) => (isOf(AMS, 1)(field) ? field.replace(/; b=[^;]*$/, '') : field)),
            )
          : chain({ ams: { [tag]: undefined } }),
      ),
    ),
    fail('rsa-sha1', () => chain({ ams: { a: 'rsa-sha1' } })),
    fail('an algorithm that nobody knows', () => chain({ ams: { a: 'rsa-md5' } })),
    fail('a form that nobody knows', () => chain({ ams: { c: 'loose/loose' } })),
    fail('it signs seals', () => chain({ ams: { h: 'from:to:subject:arc-seal' } })),
    fail('another hash of the body', () => chain({ ams: { bh: 'AAAA' } })),
    ours(fail('From is not signed', () => chain({ ams: { h: 'to:subject' } }))),
  ],
  'RFC 8617 §4.1.3: ARC-Seal': [
    ...['cv', 'd', 's', 'a'].map((tag) =>
      fail(`without ${tag}`, () => chain({ seal: { [tag]: undefined } })),
    ),
    fail('rsa-sha1', () => chain({ seal: { a: 'rsa-sha1' } })),
    fail('an algorithm that nobody knows', () => chain({ seal: { a: 'rsa-md5' } })),
    fail('with h', () => chain({ seal: { h: 'from' } })),
  ],
  'the key': [
    ...['gone', 'revoked', 'broken'].flatMap((s) => [
      fail(`of the seal is ${s}`, () => chain({ seal: { s } })),
      fail(`of the message is ${s}`, () => chain({ ams: { s } })),
    ]),
  ],
};

describe.each(Object.entries(kinds))('%s', (_, cases) => {
  test.each(cases)('$what: $result', async ({ mail, result }) => {
    expect(await found(mail())).toBe(result);
  });

  test.each(cases.filter(({ isOurs }) => isOurs === undefined))(
    'dkimpy says so: $what',
    async ({ mail, result }) => {
      expect(await dkimpyFound(mail())).toBe(result);
    },
  );
});
