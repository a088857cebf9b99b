// What a mail that is made to keep a filter busy costs it: processor time of the filter's whole process, all of its threads.
// Each filter is a process of its own here, and a mail passes all of them.
import { type ContentFilter, dlpDefinition } from '@pochtar/bus';
import { activateDkimKey, addDkimKey, createDomain, listDkimKeys } from '@pochtar/store/directory';
import { saveRule } from '@pochtar/store/dlp';
import type { NewMail } from '@pochtar/store/queue';
import { eventually, type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodies, headers, texts } from './hostile-kinds.ts';
import { type FilterProcess, type Installation, installation } from './installation.ts';
import { type ScriptedClamd, scriptedClamd } from './scripted-clamd.ts';
import { rsaKey, type TestKey } from './signed-mail.ts';

const MOST_MS = 2000;
const SLIP: ContentFilter[] = ['antivirus', 'dkim', 'dlp'];

const OF_OURS: Partial<NewMail> = { origin: 'submitted', accountId: 1, slip: ['dkim'] };

let at: Installation;
let dns: FakeDns;
let clamd: ScriptedClamd;
let filters: Record<string, FilterProcess>;

beforeAll(async () => {
  [at, dns, clamd] = await Promise.all([installation(), startFakeDns(), scriptedClamd()]);
  clamd.always = 'OK';
  await at.set('antivirus', { clamavEnabled: true, clamavAddress: clamd.address, maxScanSizeMb: 60 });
  await at.set('dkim', { sign: true });
  await at.set('misc', { useDlp: true });
  const rules: [string, object][] = [
    ['words', { kind: 'words', terms: ['оклад', 'trade secret', 'play'] }],
    ['expression', { kind: 'expression', expression: 'PRJ-\\d{4}' }],
    ['card', { kind: 'detector', detector: 'bankCard' }],
    ['passport', { kind: 'detector', detector: 'passport' }],
    ['document', { kind: 'documents' }],
  ];
  for (const [position, [name, condition]] of rules.entries()) {
    const definition = dlpDefinition.parse({ conditions: [condition], action: 'log' });
    await saveRule(at.db, { name, isOn: true, position, definition, author: 'test' }, null);
  }
  await signWith('remote.test', rsaKey());
  const env = { POCHTAR_DNS_SERVERS: dns.address };
  const started = await Promise.all(SLIP.map(async (name) => [name, await at.spawn(name, env)] as const));
  filters = Object.fromEntries(started);
  // Threads are begun, and programs compiled, with the first mail.
  await passed(bodies[0]?.[1]() as Buffer);
}, 120_000);
afterAll(async () => {
  for (const filter of Object.values(filters)) await filter.kill();
  await at[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
  await clamd[Symbol.asyncDispose]();
});

/** A key that signs, and that the DNS has. */
async function signWith(domain: string, { privatePem, record }: TestKey): Promise<void> {
  const domainId = (await createDomain(at.db, domain)) as number;
  const key = { domainId, domain, selector: 's', algorithm: 'rsa', bits: 2048, isAutomatic: false } as const;
  const publicKey = record.split('p=')[1] as string;
  await addDkimKey(at.db, at.masterKey, { ...key, publicKey, privateKeyPem: privatePem });
  const [kept] = await listDkimKeys(at.db, 'all', domain);
  await at.db.transaction((tx) => activateDkimKey(tx, kept?.id ?? 0, 7));
  dns.set(`s._domainkey.${domain}`, 'TXT', record);
}

async function accept(mail: Buffer, changed: Partial<NewMail> = {}): Promise<string> {
  const slip = changed.slip ?? SLIP;
  const id = await at.accept(mail, { slip, step: slip[0] as ContentFilter, ...changed });
  await at.bus.publishStep(slip[0] as ContentFilter, id);
  return id;
}

async function passed(mail: Buffer, changed: Partial<NewMail> = {}): Promise<string> {
  const id = await accept(mail, changed);
  const filtersOf = changed.slip ?? SLIP;
  await eventually(async () => expect(await at.verdicts(id)).toHaveLength(filtersOf.length), {
    timeout: 60_000,
  });
  return id;
}

/** Milliseconds by filter. */
async function costOf(mail: Buffer, changed: Partial<NewMail> = {}): Promise<Record<string, number>> {
  const before = Object.entries(filters).map(([name, filter]) => [name, filter.cpuMs()] as const);
  await passed(mail, changed);
  return Object.fromEntries(
    before.map(([name, ms]) => [name, (filters[name] as FilterProcess).cpuMs() - ms]),
  );
}

function expectCheap(cost: Record<string, number>): void {
  for (const [name, ms] of Object.entries(cost)) expect(ms, `${name}: ${ms} ms`).toBeLessThan(MOST_MS);
}

describe('a hostile mail costs no filter more than two seconds of one core', () => {
  test.each([...bodies, ...headers, ...texts])(
    'incoming: %s',
    async (_, make) => expectCheap(await costOf(make())),
    90_000,
  );

  test.each([...bodies, ...headers])(
    'of ours, to be signed: %s',
    async (_, make) => expectCheap(await costOf(make(), OF_OURS)),
    90_000,
  );
});

test('what costs much of ours is signed all the same', async () => {
  for (const [, make] of bodies.slice(0, 2)) {
    const id = await passed(make(), OF_OURS);
    expect(await at.verdicts(id)).toMatchObject([{ reason: 'signed: s._domainkey.remote.test' }]);
  }
}, 90_000);

test('others pass while hostile ones are at work', async () => {
  const [, hostile] = bodies.find(([name]) => name.startsWith('CR')) as (typeof bodies)[number];
  const ordinary = Buffer.from('From: sender@remote.test\r\n\r\nhello\r\n');
  const kept = { slip: ['dkim' as const], step: 'dkim' as const };
  const slow = await Promise.all(Array.from({ length: 4 }, () => at.accept(hostile(), kept)));
  const quick = await Promise.all(Array.from({ length: 10 }, () => at.accept(ordinary, kept)));
  const all = [...slow, ...quick];
  // All are there by now: this process, which is also the DNS, has nothing else to do while they are looked at.
  for (const mail of all) await at.bus.publishStep('dkim', mail);
  // In the order in which their verdicts came.
  const order = await eventually(
    async () => {
      const told = (await at.events('deliver')).filter((mail) => all.includes(mail));
      expect(new Set(told).size).toBe(all.length);
      return told;
    },
    { timeout: 60_000 },
  );
  expect(slow).toContain(order.at(-1));
}, 90_000);
