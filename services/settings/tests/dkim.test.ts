// Keys to sign with: made or taken over, published, in use, retired; and what a look into the DNS changes of it.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import {
  adminAudit,
  adminDkim,
  adminDomain,
  adminDomainDns,
  adminOverview,
  adminSettings,
  type DkimKeyInfo,
} from '@pochtar/bus';
import { openDatabase } from '@pochtar/store/db';
import { openDkimKey, signingKeys } from '@pochtar/store/directory';
import { type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keyRecord } from '../src/dkim/key-record.ts';
import { lookForAwaitedKeys } from '../src/dkim/awaited-keys.ts';
import { type Running, runService } from './running-service.ts';

let dns: FakeDns;
let running: Running;
let domain: string;
let made = 0;
beforeAll(async () => {
  dns = await startFakeDns();
  running = await runService({ dns: dns.address });
});
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
});
beforeEach(async () => {
  dns.reset();
  domain = `d${++made}.test`;
  await running.get(adminDomain.create, { name: domain });
});

async function create(
  more: { selector?: string; algorithm?: 'rsa' | 'ed25519'; isAutomatic?: boolean } = {},
) {
  // Ed25519: made in no time.
  return (await running.get(adminDkim.create, { domain, algorithm: 'ed25519', ...more })).key;
}
const publish = ({ record }: DkimKeyInfo): void => dns.set(record.name, 'TXT', record.value);
const check = async ({ selector }: DkimKeyInfo): Promise<DkimKeyInfo> =>
  (await running.get(adminDkim.check, { domain, selector })).key;
const listed = async (): Promise<string[]> =>
  (await running.get(adminDkim.list, { domain })).keys.map(({ selector, state }) => `${selector} ${state}`);

async function signing() {
  await using db = openDatabase({
    url: running.testDatabase.url('filter-dkim'),
    password: running.testDatabase.password,
    max: 1,
  });
  return signingKeys(db, [domain]);
}

test('a key of 2048 bits is made under the selector of the settings, with the record to publish in pieces of 255 octets', async () => {
  await running.get(adminSettings.set, { changes: [{ section: 'dkim', patch: { selector: 'mail1' } }] });
  const key = await create({ algorithm: 'rsa' });
  expect(key).toMatchObject({
    selector: 'mail1',
    algorithm: 'rsa',
    bits: 2048,
    state: 'prepared',
    found: null,
  });
  expect(key.record.name).toBe(`mail1._domainkey.${domain}`);
  expect(key.record.value).toMatch(/^v=DKIM1; k=rsa; p=MIIBIj[A-Za-z0-9+/=]+$/);
  expect(key.record.chunks.map(({ length }) => length)).toEqual([255, key.record.value.length - 255]);
  expect(key.record.zone.replaceAll('" "', '')).toBe(`${key.record.name}. 3600 IN TXT "${key.record.value}"`);
  // A name in the DNS holds one key.
  expect((await create({ algorithm: 'ed25519' })).selector).toBe('mail1-ed25519');
  expect((await create({ algorithm: 'ed25519' })).selector).toBe('mail1-ed25519-2');
  expect(await running.complaint(adminDkim.create, { domain, selector: 'mail1' })).toBe('exists selector');
});

test('an automatic key signs as soon as the DNS has it; the one before retires, and stays while mail may be under way', async () => {
  const first = await create({ selector: 'one' });
  expect(await check(first)).toMatchObject({ state: 'prepared', found: 'missing' });
  expect(await signing()).toEqual([]);
  publish(first);
  expect(await check(first)).toMatchObject({ state: 'active', found: 'ok' });
  const second = await create({ selector: 'two' });
  publish(second);
  await check(second);
  expect(await listed()).toEqual(['two active', 'one retired']);
  expect(await running.complaint(adminDkim.remove, { domain, selector: 'two' })).toBe('inUse selector');
  expect(await running.complaint(adminDkim.remove, { domain, selector: 'one' })).toBe('stillNeeded selector');
  const { keys } = await running.get(adminDkim.list, { domain });
  // The four days of the queue, and three.
  const days = (Date.parse(keys[1]?.keepUntil ?? '') - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(7);
  expect((await signing()).map(({ selector }) => selector)).toEqual(['two']);
  await running.get(adminDkim.remove, { domain, selector: 'one', isForced: true });
  await running.get(adminDkim.retire, { domain, selector: 'two' });
  expect(await listed()).toEqual(['two retired']);
});

test('a key of each kind signs: one retires only another of its own kind', async () => {
  const rsa = await create({ algorithm: 'rsa', selector: 'r' });
  const ed25519 = await create({ selector: 'e' });
  for (const key of [rsa, ed25519]) {
    publish(key);
    await check(key);
  }
  expect((await listed()).toSorted()).toEqual(['e active', 'r active']);
});

test('a key that is not automatic waits for a command; a key that the DNS does not show signs only by force', async () => {
  const key = await create({ selector: 'hand', isAutomatic: false });
  expect(await running.complaint(adminDkim.activate, { domain, selector: 'hand' })).toBe(
    'notPublished selector',
  );
  publish(key);
  expect(await check(key)).toMatchObject({ state: 'published' });
  await running.get(adminDkim.activate, { domain, selector: 'hand' });
  await create({ selector: 'blind' });
  await running.get(adminDkim.activate, { domain, selector: 'blind', isForced: true });
  expect(await listed()).toEqual(['blind active', 'hand retired']);
});

test('the server looks for keys that are waited for by itself, and writes down that it has begun to sign', async () => {
  const key = await create({ selector: 'awaited' });
  const { db, bus } = running;
  const written: string[] = [];
  const end = () => Promise.resolve();
  const audit = {
    begin: async ({ action, object }: { action: string; object: string }) => (
      written.push(`${action} ${object}`), { end }
    ),
  };
  const announce = { directory: () => Promise.resolve() };
  const context = { db, bus, audit, announce, log: { info() {}, warn() {} } } as never;
  const look = () =>
    lookForAwaitedKeys(context, { servers: [dns.address], port: Number(dns.address.split(':')[1]) });
  await look();
  expect(await listed()).toEqual(['awaited prepared']);
  publish(key);
  await look();
  expect(await listed()).toEqual(['awaited active']);
  expect(written).toEqual([`dkim.activate awaited._domainkey.${domain}`]);
});

describe('a record is compared by its meaning', () => {
  test.each([
    ['ok', (p: string) => `k=ed25519;p=${p}`],
    ['ok', (p: string) => `v=DKIM1; s=email; h=sha256; k=ed25519; t=s; p=${p.slice(0, 9)} ${p.slice(9)};`],
    ['wrong', (p: string) => `v=DKIM1; p=${p}`],
    ['wrong', (p: string) => `v=DKIM1; k=ed25519; h=sha1; p=${p}`],
    ['wrong', (p: string) => `v=DKIM1; k=ed25519; p=${p.slice(0, -4)}AAA=`],
    ['revoked', () => 'v=DKIM1; k=ed25519; p='],
    ['missing', () => 'something else'],
  ])('%s', async (found, record) => {
    const key = await create({ selector: 's', isAutomatic: false });
    dns.set(key.record.name, 'TXT', record(key.record.value.split('p=')[1] ?? ''));
    expect(await check(key)).toMatchObject({ found });
  });

  test('no answer says nothing of a key', async () => {
    const key = await create({ selector: 's' });
    dns.fail(key.record.name, 'SERVFAIL');
    expect(await check(key)).toMatchObject({ state: 'prepared', found: 'unanswered' });
  });
});

test('a private key in PEM is taken over; one that is locked, short, or none is refused with the remedy', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
  const { key } = await running.get(adminDkim.import, { domain, selector: 'moved', pem });
  await running.get(adminDkim.activate, { domain, selector: 'moved', isForced: true });
  const [stored] = await signing();
  const opened = createPrivateKey(openDkimKey(running.key, stored as never));
  expect(opened.equals(privateKey)).toBe(true);
  expect(key.record.value).toBe(
    keyRecord({ ...key, publicKey: key.record.value.split('p=')[1] ?? '' }).value,
  );
  const locked = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
  const short = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const complaint = (written: string | Buffer) =>
    running.complaint(adminDkim.import, { domain, pem: String(written) });
  expect(await complaint(locked)).toBe('encrypted pem');
  expect(await complaint(short)).toBe('wrongKind pem');
  expect(await complaint('nothing')).toBe('wrongFormat pem');
});

test('a private key stands in no answer, no audit entry and no row that its maker could read', async () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const imported = await running.get(adminDkim.import, { domain, selector: 'own', pem });
  const secret = pem.split('\n')[1] as string;
  const { entries } = await running.get(adminAudit.list, {});
  expect(entries[0]).toMatchObject({ action: 'dkim.import', object: `own._domainkey.${domain}` });
  expect(JSON.stringify([imported, entries, await running.get(adminDkim.list, { domain })])).not.toContain(
    secret,
  );
});

test('with dkim.sign a domain without a key that signs is remarked on, until it has one', async () => {
  await running.get(adminSettings.set, { changes: [{ section: 'dkim', patch: { sign: true } }] });
  const remarks = async (ids: number[]) =>
    (await running.ask(adminOverview.server, {}, ids)) as unknown as {
      result: { remarks: { code: string; to: string }[] };
    };
  const id = (await running.get(adminDomain.list, {})).domains.find(({ name }) => name === domain)?.id ?? 0;
  const found = async () =>
    (await remarks([id])).result.remarks.filter(({ code }) => code === 'dkimUnsigned');
  expect(await found()).toMatchObject([{ to: `/domains/${domain}/dkim` }]);
  const key = await create({ selector: 'first' });
  // The check of the domain's DNS looks for its keys too.
  publish(key);
  const { records } = await running.get(adminDomainDns.check, { name: domain });
  expect(records.find(({ purpose }) => purpose === 'dkim')).toMatchObject({ state: 'ok', isOptional: false });
  expect(await listed()).toEqual(['first active']);
  expect(await found()).toEqual([]);
});

test('an administrator of another domain finds neither the domain nor its keys', async () => {
  const key = await create({ selector: 'hidden' });
  const other = [999_999];
  const { selector } = key;
  expect(await running.ask(adminDkim.list, {}, other)).toMatchObject({ result: { keys: [] } });
  expect(await running.complaint(adminDkim.list, { domain }, other)).toBe('notFound domain');
  expect(await running.complaint(adminDkim.create, { domain }, other)).toBe('notFound domain');
  for (const question of [adminDkim.check, adminDkim.retire, adminDkim.activate, adminDkim.remove])
    expect(await running.complaint(question as typeof adminDkim.check, { domain, selector }, other)).toBe(
      'notFound domain',
    );
  expect(await listed()).toEqual(['hidden prepared']);
});
