// filter-dkim as the signer: mail of ours as it leaves, with the keys of its author's domain.
import { randomBytes, randomUUID } from 'node:crypto';
import { parseAddress } from '@pochtar/mail';
import { outgoingMessage } from '@pochtar/service';
import {
  activateDkimKey,
  addDkimKey,
  createDomain,
  listDkimKeys,
  retireDkimKey,
} from '@pochtar/store/directory';
import { combinedEdits, loadContent, mailsToJudge, type NewMail, settleVerdicts } from '@pochtar/store/queue';
import { eventually, type FakeDns, startFakeDns, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticate } from '../src/authentication/authenticate.ts';
import { type Installation, installation } from './installation.ts';
import { messageOf } from './message-of.ts';
import { opendkimVerifier, openDkimpy } from './other-signers.ts';
import { ed25519Key, rsaKey, type TestKey } from './signed-mail.ts';

const FRONT = 'Return-Path: <anna@own.test>\r\nReceived: from x by mx.example.test\r\n';
const MAIL =
  'From: Anna <anna@own.test>\r\nTo: x@far.test\r\nSubject: =?utf-8?B?0L/RgNC40LLQtdGC?=\r\n folded\r\nDate: Fri, 27 Nov 2026 01:00:00 +0000\r\nMessage-ID: <1@own.test>\r\n\r\nline \r\n\r\n text  with  blanks\t\r\n\r\n\r\n';

let at: Installation;
let dns: FakeDns;
let domainId: number;
const zone = new Map<string, string>();

beforeAll(async () => {
  dns = await startFakeDns({ ttl: 0 });
  at = await installation();
  await at.set('dkim', { sign: true });
  await at.start('dkim', { POCHTAR_DNS_SERVERS: dns.address });
  domainId = (await createDomain(at.db, 'own.test')) as number;
  await createDomain(at.db, 'keyless.test');
  await signWith('rsa', rsaKey());
  await signWith('ed', ed25519Key());
});
afterAll(async () => {
  await at[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
});

async function signWith(
  selector: string,
  { privatePem, record }: TestKey,
  key = at.masterKey,
): Promise<number> {
  const algorithm = record.includes('k=rsa') ? 'rsa' : 'ed25519';
  const publicKey = record.split('p=')[1] as string;
  const made = {
    domainId,
    domain: 'own.test',
    selector,
    algorithm,
    bits: 2048,
    publicKey,
    isAutomatic: false,
  } as const;
  await addDkimKey(at.db, key, { ...made, privateKeyPem: privatePem });
  zone.set(`${selector}._domainkey.own.test`, record);
  const { id = 0 } =
    (await listDkimKeys(at.db, 'all', 'own.test')).find((one) => one.selector === selector) ?? {};
  await at.db.transaction((tx) => activateDkimKey(tx, id, 7));
  return id;
}

async function submit(mail: string | Buffer, changed: Partial<NewMail> = {}): Promise<string> {
  const body = Buffer.concat([Buffer.from(FRONT), Buffer.from(mail as string)]);
  const of = {
    reversePath: 'anna@own.test',
    origin: 'submitted',
    accountId: 1,
    slip: ['dkim'],
    step: 'dkim',
  } as const;
  const id = await at.accept(body, { ...of, ...changed, slip: [...(changed.slip ?? of.slip)] });
  await at.bus.publishStep('dkim', id);
  return id;
}

/** As the sender of the queue makes it. */
async function left(id: string, sender: string | null = null): Promise<{ text: Buffer; reason: string }> {
  const [verdict] = await eventually(async () => {
    const verdicts = (await at.verdicts(id)).filter(({ filter }) => filter === 'dkim');
    expect(verdicts).toHaveLength(1);
    return verdicts;
  });
  const content = await loadContent(at.db, id);
  const mail = (await mailsToJudge(at.db, 'dkim', [id])).get(id);
  if (content === null || mail === undefined) throw new Error('it has gone');
  const edits = combinedEdits(mail.slip, mail.verdicts, content.removed);
  if (edits.kind !== 'edit') throw new Error('it was replaced');
  const message = await outgoingMessage(
    at.blobs,
    { ...content, prefix: edits.prefix, removed: edits.removed },
    sender === null ? null : parseAddress(sender),
  );
  return { text: Buffer.concat(await Array.fromAsync(message.bytes())), reason: String(verdict?.['reason']) };
}

async function found(mail: Buffer) {
  const { dkim } = await authenticate(
    messageOf(mail),
    { reversePath: 'anna@own.test', helo: 'x', clientAddress: null, receiver: 'mx.here.test' },
    async (name, type) => {
      const text = type === 'TXT' ? zone.get(name) : undefined;
      return text === undefined ? { code: 'ENOTFOUND', message: 'nothing there' } : { records: [[text]] };
    },
  );
  return dkim.map(({ selector, result }) => `${selector} ${result}`).toSorted();
}

const BOTH = ['ed pass', 'rsa pass'];

test('what leaves is signed with every key of its author’s domain, and other implementations find it whole', async () => {
  const { text, reason } = await left(await submit(MAIL));
  expect(reason).toBe('signed: rsa._domainkey.own.test, ed._domainkey.own.test');
  expect(await found(text)).toEqual(BOTH);
  expect(String(text)).not.toContain('Return-Path');
  expect(String(text)).not.toMatch(/[;\s]l=/);
  const lines = String(text).split('\r\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(100);
  using directory = temporaryDirectory();
  using python = await openDkimpy('');
  const opendkim = await opendkimVerifier(directory.path);
  for (const [changed, isWhole] of [
    [text, true],
    [Buffer.from(String(text).replace('blanks', 'blinks')), false],
  ] as const) {
    for (const [place, selector] of ['rsa', 'ed'].entries()) {
      const record = zone.get(`${selector}._domainkey.own.test`) ?? '';
      expect(await python.verify(changed, place, record), selector).toBe(isWhole);
    }
    expect(await opendkim(changed, zone)).toEqual(isWhole ? BOTH : ['ed fail', 'rsa fail']);
  }
}, 60_000);

test('what is changed on the way is no longer whole: body, subject, another From in front', async () => {
  const text = String((await left(await submit(MAIL))).text);
  const broken = ['ed fail', 'rsa fail'];
  expect(await found(Buffer.from(text.replace('blanks', 'blinks')))).toEqual(broken);
  expect(await found(Buffer.from(text.replace('folded', 'changed')))).toEqual(broken);
  expect(await found(Buffer.from(`Reply-To: thief@far.test\r\n${text}`))).toEqual(broken);
});

test('fields that a filter before has put in front are signed as they leave', async () => {
  const id = await at.accept(Buffer.from(FRONT + MAIL), {
    ...{
      reversePath: 'anna@own.test',
      origin: 'submitted',
      accountId: 1,
      slip: ['dlp', 'dkim'],
      step: 'dlp',
    },
  });
  const prefix = Buffer.from('Reply-To: office@own.test\r\n');
  const verdict = {
    result: 'accept',
    reason: '',
    prefix,
    removed: null,
    replacementContentId: null,
    target: null,
    isUnseen: false,
  } as const;
  await settleVerdicts(at.db, 'dlp', [
    { mail: id, next: 'dkim', generation: 1, settingsRevision: 1, ...verdict },
  ]);
  await at.bus.publishStep('dkim', id);
  const { text } = await left(id);
  expect(String(text)).toContain('Reply-To: office@own.test');
  expect(await found(text)).toEqual(BOTH);
});

test('with a relay that demands its own sender the signature is of that sender’s domain, over the mail as it goes to the relay', async () => {
  const relay = { host: '127.0.0.1', rewriteSender: true, senderAddress: 'robot@own.test' };
  await at.set('relay', relay);
  const mail = MAIL.replace('anna@own.test>\r\nTo', 'anna@keyless.test>\r\nTo');
  try {
    const { text } = await eventually(async () => {
      const one = await left(await submit(mail), 'robot@own.test');
      expect(one.reason).toMatch(/^signed/);
      return one;
    });
    expect(String(text)).toContain('Reply-To: Anna <anna@keyless.test>');
    expect(await found(text)).toEqual(BOTH);
  } finally {
    await at.set('relay', { host: '', rewriteSender: false });
    // The filter knows it when it says so.
    await eventually(async () => expect((await left(await submit(mail))).reason).toMatch(/^not signed/));
  }
});

describe('what has no signature goes without one, and says why', () => {
  test.each<[string, string, Partial<NewMail>]>([
    ['keyless.test has no key that signs', MAIL.replace('own.test>\r\nTo', 'keyless.test>\r\nTo'), {}],
    ['its author is not of the sender’s domain', MAIL, { accountId: null, reversePath: 'a@keyless.test' }],
    ['its author is not of the sender’s domain', MAIL.replace('From:', 'From: b@far.test\r\nFrom:'), {}],
    ['its author is not of the sender’s domain', MAIL.replace('Anna <', 'b@far.test, Anna <'), {}],
  ])('%s', async (reason, mail, changed) => {
    const { text, reason: said } = await left(await submit(mail, changed));
    expect(said).toBe(`not signed: ${reason}`);
    expect(String(text)).not.toContain('DKIM-Signature');
  });

  test('a notice of ours is signed for the server’s domain, and stays unsigned without its key', async () => {
    const dsn = { origin: 'system', reversePath: '', accountId: null } as const;
    const own = MAIL.replace('Anna <anna@own.test>', 'MAILER-DAEMON@own.test');
    expect(await found((await left(await submit(own, dsn))).text)).toEqual(BOTH);
    const other = MAIL.replace('Anna <anna@own.test>', 'MAILER-DAEMON@mx.example.test');
    expect((await left(await submit(other, dsn))).reason).toMatch(
      /^not signed: mx\.example\.test has no key/,
    );
  });

  test('what strangers sent is never signed', async () => {
    const id = await submit(MAIL, { origin: 'incoming', accountId: null, clientAddress: null });
    expect(String((await left(id)).text)).not.toContain('DKIM-Signature');
  });
});

test('a key that is retired signs no further mail; one that does not open is left out, and the others sign', async () => {
  const id = await signWith('other', ed25519Key(), randomBytes(32));
  expect(await found((await left(await submit(MAIL))).text)).toEqual(['rsa pass']);
  await retireDkimKey(at.db, id, 7);
  await signWith('next', ed25519Key());
  expect(await found((await left(await submit(MAIL))).text)).toEqual(['next pass', 'rsa pass']);
});

test('a large mail is signed from its volume piece by piece', async () => {
  const line = `${randomUUID()} ${randomUUID()}\r\n`;
  const large = MAIL + line.repeat(Math.ceil((8 * 1024 * 1024) / line.length));
  expect(await found((await left(await submit(large))).text)).toEqual(['next pass', 'rsa pass']);
});

test('when signing is switched off, what is under way goes unsigned', async () => {
  await at.set('dkim', { sign: false });
  await eventually(async () =>
    expect((await left(await submit(MAIL))).reason).toBe('not signed: signing is switched off'),
  );
});
