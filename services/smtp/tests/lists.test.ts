// The lists on the wire: what is added, changed and removed counts in open and new sessions, without a restart, in every
// process; and what an entry decided is counted.
import { listsChanged } from '@pochtar/bus';
import { addEntries, changeEntry, listEntries, removeEntries, type NewEntry } from '@pochtar/store/lists';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp();
});
afterAll(() => smtp[Symbol.asyncDispose]());

const loopback: NewEntry = { kind: 'network', value: '127.0.0.0/8', comment: '', expiresAt: null };

async function announce(revision: number | null): Promise<void> {
  smtp.bus.emit(listsChanged, { revision: revision ?? 0 });
  await eventually(() => {
    const reached = smtp.applied.filter((one) => one.section === 'lists' && one.revision === revision);
    expect(reached.length).toBeGreaterThan(0);
  });
}

async function add(entry: NewEntry): Promise<void> {
  const saved = await addEntries(smtp.db, 'black', [entry], 'test');
  if (saved.outcome === 'added') await announce(saved.revision);
}

async function greeting(): Promise<string> {
  const client = await Client.open(smtp.ports.mx);
  const { text } = await client.reply();
  client.close();
  return text;
}

test('a black entry refuses the open session and new ones, and its removal lifts it in both', async () => {
  const open = await Client.greeted(smtp.ports.mx);
  await add(loopback);
  expect(await greeting()).toMatch(/^554 5\.7\.1/);
  expect((await open.say('MAIL FROM:<a@remote.test>')).text).toMatch(/^554 5\.7\.1/);
  const { revision } = await removeEntries(smtp.db, 'black', [loopback.value]);
  await announce(revision);
  expect(await greeting()).toMatch(/^220/);
  expect((await open.say('MAIL FROM:<a@remote.test>')).code).toBe(250);
  open.close();
});

test('an entry acts until its time and not after it, with nobody telling', async () => {
  await add({ ...loopback, expiresAt: new Date(Date.now() + 60_000) });
  expect(await greeting()).toMatch(/^554/);
  const revision = await changeEntry(smtp.db, 'black', loopback.value, {
    expiresAt: new Date(Date.now() + 1500),
  });
  await announce(revision);
  await eventually(async () => expect(await greeting()).toMatch(/^220/));
  await announce((await removeEntries(smtp.db, 'black', [loopback.value])).revision);
});

test('a change that nobody told of counts as soon as a later one is told', async () => {
  await addEntries(smtp.db, 'black', [loopback], 'test');
  await add({ kind: 'server', value: '@bad.test', comment: '', expiresAt: null });
  expect(await greeting()).toMatch(/^554/);
  await announce((await removeEntries(smtp.db, 'black', [loopback.value, '@bad.test'])).revision);
});

test('hits are counted for each decision, and written together', async () => {
  const name: NewEntry = { kind: 'mailbox', value: 'spam@bad.test', comment: '', expiresAt: null };
  await add(name);
  const client = await Client.greeted(smtp.ports.mx);
  for (let mails = 0; mails < 5; mails++) {
    await client.say('MAIL FROM:<spam@bad.test>');
    expect((await client.say('RCPT TO:<anna@demo.test>')).text).toMatch(/^554 5\.7\.1/);
    await client.say('RSET');
  }
  client.close();
  await add(loopback);
  for (let connections = 0; connections < 3; connections++) await greeting();
  await eventually(async () => {
    const entries = await listEntries(smtp.db, 'black', {}, { limit: 10 });
    expect(entries.map(({ value, hits }) => `${value} ${hits}`)).toEqual([
      '127.0.0.0/8 3',
      'spam@bad.test 5',
    ]);
    expect(entries.every(({ lastHitAt }) => lastHitAt !== null)).toBe(true);
  });
});
