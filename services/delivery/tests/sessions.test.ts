// Far sides that end sessions early, and bodies that cannot be read: what is no fault of the mail costs it nothing.
import { randomUUID } from 'node:crypto';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { reply, startRawSide } from './far-side.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { sending, type Sending } from './sending.ts';

let office: PostOffice;
let { newDomain, farSide, send, deferred, tryAgain } = {} as Sending;
beforeAll(async () => {
  office = await openPostOffice();
  ({ newDomain, farSide, send, deferred, tryAgain } = sending(office));
});
afterAll(() => office[Symbol.asyncDispose]());
afterEach(async () => {
  for (const table of ['queue.mail', 'queue.recipient'])
    await office.db.query({ text: `delete from ${table}` });
});

/** Mails to a domain that are due when a runner starts. */
async function waiting(domain: string, count: number): Promise<string[]> {
  const mails: string[] = [];
  for (let number = 0; number < count; number++)
    mails.push(await send({ to: [`x${number}@${domain}`], isSilent: true, step: 'schedule' }));
  await office.db.query({
    text: `update queue.recipient set route = 'remote', due_at = now(), destination = $1`,
    values: [domain],
  });
  return mails;
}

/** What a server does that is left after `limit` mails: `last` answers the MAIL that is one too many. */
function shortSessions(limit: number, last: string | null) {
  const taken = new Map<number, number>();
  const mails: string[] = [];
  const respond = (line: string, _socket: unknown, connection: number): string | null | undefined => {
    const count = taken.get(connection) ?? 0;
    if (line === '(connected)') return '220 short ESMTP';
    if (line.startsWith('EHLO')) return '250 short';
    if (line.startsWith('MAIL') && count >= limit) return last;
    if (line.startsWith('RCPT')) mails.push(line);
    if (/^(?:MAIL|RCPT|RSET)/.test(line)) return '250 ok';
    if (line === 'DATA') return '354 go';
    if (line === '.') {
      taken.set(connection, count + 1);
      return '250 taken';
    }
    return line === 'QUIT' ? '221 bye' : undefined;
  };
  return { respond, mails };
}

describe('RFC 5321 §3.8: a session that ends after some mails is opened again at once', () => {
  test.each([
    { how: '421 at MAIL after one mail', limit: 1, last: '421 4.7.0 enough for this connection' },
    { how: '421 at MAIL after four mails', limit: 4, last: '421 4.7.0 enough for this connection' },
    { how: 'dropped at MAIL after one mail', limit: 1, last: null },
  ])('$how: 60 mails leave in one run', async ({ limit, last }) => {
    const domain = newDomain();
    const side = shortSessions(limit, last);
    await using _far = await startRawSide(office, domain, side.respond);
    const mails = await waiting(domain, 60);
    await using _delivery = await office.startDelivery();
    for (const mail of mails) await office.settled(mail);
    expect(side.mails.toSorted()).toEqual([...new Set(side.mails)].toSorted());
    for (const mail of mails)
      expect(await office.trace(mail)).toMatchObject([{ outcome: 'relayed', attempts: 1 }]);
  });

  test('closed after each mail: 60 mails leave in one run, each once', async () => {
    await using far = await farSide({ onData: (_text, socket) => void setImmediate(() => socket.end()) });
    const mails = await waiting(far.domain, 60);
    await using _delivery = await office.startDelivery();
    for (const mail of mails) await office.settled(mail);
    expect(far.received).toHaveLength(60);
  });

  test('a session that carries no mail counts: the far side waits for its next attempt', async () => {
    const domain = newDomain();
    const side = shortSessions(0, '421 4.3.2 not now');
    await using far = await startRawSide(office, domain, side.respond);
    const mails = await waiting(domain, 20);
    await using _delivery = await office.startDelivery();
    for (const mail of mails) await deferred(mail);
    expect(far.connections()).toBeLessThanOrEqual(5);
    const replies = (await Promise.all(mails.map(deferred))).map(([row]) => row?.lastReply);
    expect(replies.filter((text) => text?.includes('421 4.3.2 not now'))).toHaveLength(5);
  });
});

describe('a body that cannot be read', () => {
  test('waits for its volume with the reason, is not held, costs no attempt and no connection', async () => {
    await using far = await farSide();
    const [lost, ...others] = await waiting(far.domain, 9);
    const all = [lost as string, ...others];
    const [pack] = await office.db.query<{ id: string }>({
      text: 'select pack_id as id from store.content where id = $1',
      values: [lost],
    });
    const missing = all.slice(0, 7);
    await office.db.query({
      text: 'update store.content set pack_id = $1 where id = any($2::uuid[])',
      values: [randomUUID(), missing],
    });
    await using _delivery = await office.startDelivery();
    for (const mail of all.slice(7)) await office.settled(mail);
    for (const mail of missing) {
      const [row] = await deferred(mail);
      expect(row).toMatchObject({ attempt: 0, lastReply: expect.stringMatching(/^its body cannot be read/) });
      expect(row?.dueAt?.getTime()).toBeGreaterThan(Date.now());
      expect(await office.queued(mail)).toMatchObject({ state: 'active' });
    }
    expect(far.connections()).toBe(1);
    // The disk is mounted.
    await office.db.query({
      text: 'update store.content set pack_id = $1 where id = any($2::uuid[])',
      values: [pack?.id, missing],
    });
    for (const mail of missing) await tryAgain(mail);
    for (const mail of missing) await office.settled(mail);
    expect(far.received).toHaveLength(9);
  });
});

describe('a sender that is stopped', () => {
  test('writes what the far side has taken already, and gives only the rest back', async () => {
    let recipients = 0;
    let transactions = 0;
    await using far = await farSide({
      onMail: () => {
        recipients = 0;
      },
      onRcpt: () => {
        if (++recipients > 2) throw reply('452 4.5.3 two at a time');
      },
      onData: async () => {
        if (++transactions > 1) await new Promise(() => {});
      },
    });
    const to = ['a', 'b', 'c', 'd'].map((name) => `${name}@${far.domain}`);
    const delivery = await office.startDelivery({}, { graceMs: 100 });
    const mail = await send({ to });
    await eventually(() => expect(transactions).toBe(2));
    await delivery[Symbol.asyncDispose]();
    expect((await office.trace(mail)).map(({ recipient }) => recipient)).toEqual(to.slice(0, 2));
    const rows = await office.recipients(mail);
    expect(rows.map(({ address }) => address)).toEqual(to.slice(2));
    expect(rows.every(({ attempt, leaseOwner }) => attempt === 0 && leaseOwner === null)).toBe(true);
  });
});

describe('an outcome that the database refuses to be told of', () => {
  test('is written without its notice, and what was taken is not sent again', async () => {
    await using far = await farSide({
      onRcpt: (address) => {
        if (address.startsWith('never')) throw reply('550 5.1.1 no such person');
      },
    });
    await office.db.query({
      text: `alter table queue.owed_notice add constraint poison check (kind <> 'failed') not valid`,
    });
    try {
      await using _delivery = await office.startDelivery();
      const mail = await send({ to: [`good@${far.domain}`, `never@${far.domain}`] });
      await office.settled(mail);
      expect(await office.trace(mail)).toMatchObject([{ outcome: 'relayed' }, { outcome: 'bounced' }]);
      expect(far.received).toHaveLength(1);
    } finally {
      await office.db.query({ text: 'alter table queue.owed_notice drop constraint poison' });
    }
  });
});
