// What is told to whom: signed, by domain, at least once, and never more than the hook asks for.
import { createDomain, findDomain } from '@pochtar/store/directory';
import { changeHook, gatherEvents, ledgerOf, redeliver, rotateHookSecret } from '@pochtar/store/hook';
import { openDatabase } from '@pochtar/store/db';
import { endRecipients } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HookGround, openHookGround, SECRET } from './hook-ground.ts';
import { verified } from './receiver.ts';

let here: HookGround;
beforeAll(async () => {
  here = await openHookGround();
  await here.startHooks();
});
afterAll(() => here[Symbol.asyncDispose]());

const told = (name: string, count: number) =>
  eventually(() => {
    const all = here.receiver.of(`/${name}`);
    expect(all.length).toBeGreaterThanOrEqual(count);
    return all;
  });

test('delivered, bounced, held and refused are told, signed as Standard Webhooks says, without a body or a subject', async () => {
  await here.refuse('gone@demo.test', 5);
  await here.hook('kinds');
  const sent = await here.ended('far@remote.test', 'relayed', 'mx.remote.test: 250 2.0.0 taken (TLS 1.3)');
  await here.ended('anna@demo.test', 'delivered');
  await here.ended('full@remote.test', 'bounced', '5.2.2 mx.remote.test: 552 5.2.2 mailbox full');
  await here.hold(await here.accept('boris@demo.test'));
  const all = await told('kinds', 4);
  const said = all.map(({ type, data }) =>
    [type, data['outcome'] ?? data['heldBy'], data['status']].map(String).join(' '),
  );
  // Which comes first is not promised.
  expect(said.toSorted()).toEqual([
    'mail.bounced bounced 5.2.2',
    'mail.delivered delivered null',
    'mail.delivered relayed 2.0.0',
    'mail.held filter null',
  ]);
  const of = (what: string) => all[said.indexOf(what)]?.data;
  expect(of('mail.delivered relayed 2.0.0')).toMatchObject({
    mail: sent,
    sender: 'x@far.test',
    messageId: '<m1@far.test>',
    attempts: 0,
  });
  expect(of('mail.held filter null')).toMatchObject({
    recipients: ['boris@demo.test'],
    filter: 'dlp',
    detail: 'dlp: words',
  });
  for (const one of all) {
    expect(verified(one, SECRET)).toEqual(JSON.parse(one.body));
    expect(one.body).not.toMatch(/secret words|Счёт|subject/);
    expect(one.headers['content-type']).toBe('application/json');
  }
});

test('a signature is of this secret, this body and this time', async () => {
  await here.hook('signed');
  await here.ended('anna@demo.test', 'delivered');
  const [one] = await told('signed', 1);
  if (one === undefined) throw new Error('nothing came');
  expect(() => verified({ ...one, body: one.body.replace('anna', 'olga') }, SECRET)).toThrow(/signature/i);
  expect(() => verified(one, `whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toThrow(/signature/i);
  const late = { ...one.headers, 'webhook-timestamp': String(Number(one.headers['webhook-timestamp']) + 1) };
  expect(() => verified({ ...one, headers: late }, SECRET)).toThrow(/signature/i);
});

test('the secret before signs too, until its time is over', async () => {
  const { db, masterKey } = here.ground;
  const id = await here.hook('rotated');
  const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  await rotateHookSecret(db, masterKey, id, { secret, overlapHours: 1 });
  await here.ended('anna@demo.test', 'delivered');
  const [one] = await told('rotated', 1);
  if (one === undefined) throw new Error('nothing came');
  for (const known of [secret, SECRET]) expect(verified(one, known)).toEqual(JSON.parse(one.body));
  await db.query({
    text: `update hook.hook set previous_until = now() - interval '1 second' where id = $1`,
    values: [id],
  });
  await here.ended('anna@demo.test', 'delivered');
  const [, later] = await told('rotated', 2);
  if (later === undefined) throw new Error('nothing came');
  expect(verified(later, secret)).toEqual(JSON.parse(later.body));
  expect(() => verified(later, SECRET)).toThrow(/signature/i);
});

test('a hook hears of its domains and kinds alone, and of a subject when it asks for it', async () => {
  await createDomain(here.ground.db, 'other.test');
  const domain = await findDomain(here.ground.db, 'all', 'other.test');
  await here.hook('scoped', { domainIds: [domain?.id ?? 0], kinds: ['bounced', 'held'], withSubject: true });
  await here.hook('all');
  await here.ended('anna@demo.test', 'bounced', '5.0.0 no');
  await here.ended('olga@other.test', 'delivered');
  await here.ended('olga@OTHER.test', 'bounced', '5.1.1 no');
  await here.hold(await here.accept('boris@demo.test'));
  await here.hold(await here.accept('piotr@other.test'));
  await told('all', 5);
  const scoped = await told('scoped', 2);
  expect(scoped.map(({ data }) => data['recipient'] ?? data['recipients'])).toEqual([
    'olga@OTHER.test',
    ['piotr@other.test'],
  ]);
  expect(scoped.map(({ data }) => data['subject'])).toEqual(['Счёт 7', 'Счёт 7']);
});

test('what ends in a transaction that began long before is told once it is committed, and once', async () => {
  await here.hook('slow', { kinds: ['delivered'] });
  const mails = [await here.accept('anna@demo.test'), await here.accept('boris@demo.test')];
  await here.ground.db.transaction(async (tx) => {
    await endRecipients(tx, mails[0] as string, [{ address: 'anna@demo.test', outcome: 'delivered' }]);
    // Others have committed meanwhile, and were told.
    await here.end(mails[1] as string, 'boris@demo.test', 'delivered');
    await told('slow', 1);
  });
  const all = await told('slow', 2);
  expect(all.map(({ data }) => data['mail'])).toEqual([mails[1], mails[0]]);
  // As after a start: everything of the last minutes is looked at again.
  await here.ground.db.query({ text: 'update hook.gathered set horizon = 0' });
  await eventually(async () => {
    const [row] = await here.ground.db.query<{ horizon: number }>({
      text: 'select horizon from hook.gathered',
    });
    expect(row?.horizon).toBeGreaterThan(0);
  });
  await here.ended('anna@demo.test', 'delivered');
  expect((await told('slow', 3)).length).toBe(3);
});

test('what is not taken is told again under the same id, and what was given up when somebody asks', async () => {
  const { db } = here.ground;
  const id = await here.hook('again', { kinds: ['delivered'] });
  let refusals = 1;
  here.receiver.answer = (response, { path }) =>
    path === '/again' && refusals-- > 0
      ? response.writeHead(500).end('broken\u0000 <b>')
      : response.writeHead(204).end();
  await here.ended('anna@demo.test', 'delivered');
  await told('again', 1);
  const [waiting] = await eventually(async () => {
    const rows = await ledgerOf(db, id, { limit: 10 });
    expect(rows[0]).toMatchObject({
      attempts: 1,
      state: 'waiting',
      lastStatus: 500,
      lastAnswer: 'broken <b>',
    });
    return rows;
  });
  const wait = (waiting?.dueAt.getTime() ?? 0) - (waiting?.lastAt?.getTime() ?? 0);
  expect(wait).toBe(5000);
  await db.query({ text: `update hook.message set state = 'givenUp' where hook_id = $1`, values: [id] });
  expect(await redeliver(db, id, 'givenUp', 72)).toBe(1);
  const all = await told('again', 2);
  expect(all[1]?.id).toBe(all[0]?.id);
  await eventually(async () => {
    expect(await ledgerOf(db, id, { limit: 10 })).toMatchObject([
      { state: 'sent', attempts: 2, lastStatus: 204 },
    ]);
  });
  here.receiver.answer = undefined;
});

test('an address that hangs keeps no other from being told', async () => {
  here.receiver.answer = (response, { path }) => void (path === '/hangs' || response.writeHead(204).end());
  const id = await here.hook('hangs', { kinds: ['delivered'] });
  await here.hook('beside', { kinds: ['delivered'] });
  for (let i = 0; i < 6; i++) await here.ended('anna@demo.test', 'delivered');
  expect((await told('beside', 6)).length).toBe(6);
  expect(here.receiver.of('/hangs').length).toBeLessThanOrEqual(4);
  await changeHook(here.ground.db, id, {
    ...{ name: 'hangs', url: `${here.receiver.url}/hangs`, enabled: false, kinds: ['delivered'] },
    ...{ domainIds: null, withSubject: false },
  });
  here.receiver.answer = undefined;
});

test('refused attempts are told once a minute, client and reply, when the minute is over', async () => {
  await here.hook('refused', { kinds: ['refused'] });
  const { db } = here.ground;
  await db.query({ text: `update hook.hook set since = now() - interval '1 hour' where name = 'refused'` });
  await db.query({ text: `update hook.gathered set refusals_until = now() - interval '20 minutes'` });
  await here.refuse('gone@demo.test', 10);
  await db.query({ text: `update hook.gathered set refusals_until = now() - interval '20 minutes'` });
  const [one] = await told('refused', 1);
  expect(one).toMatchObject({
    type: 'mail.refused',
    data: { count: 3, clientAddress: '192.0.2.9', recipients: ['gone@demo.test'], status: '5.1.1' },
  });
});

test('the program sees no more than it tells: what happens is gathered with its own role', async () => {
  const { database } = here.ground;
  await using db = openDatabase({ url: database.url('hooks'), password: database.password });
  await expect(db.query({ text: 'select header from store.content' })).rejects.toThrow(/permission denied/);
  await eventually(async () => expect(await gatherEvents(db)).not.toBeNull());
});
