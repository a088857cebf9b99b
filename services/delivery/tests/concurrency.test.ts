// Two replicas, overlapping batches in any order, many mailboxes: no deadlock, everything once, UIDs without gaps,
// and per mailbox the order of commits is the order of MODSEQ.
import { createAccount } from '@pochtar/store/directory';
import { type Database, openDatabase } from '@pochtar/store/db';
import { acceptMails, deliverPlain } from '@pochtar/store/queue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliverOne } from '../src/deliver-one.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

const ACCOUNTS = 40;
const MAILS = 400;

let office: PostOffice;
const accounts: number[] = [];
beforeAll(async () => {
  office = await openPostOffice();
  for (let index = 0; index < ACCOUNTS; index++) {
    const made = await createAccount(office.db, 'all', {
      address: `u${index}@demo.test`,
      domain: 'demo.test',
      folders: [],
    });
    if (made.isCreated) accounts.push(made.id);
  }
});
afterAll(() => office[Symbol.asyncDispose]());

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const list = [...items];
  let state = seed;
  for (let index = list.length - 1; index > 0; index--) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = state % (index + 1);
    [list[index], list[other]] = [list[other] as T, list[index] as T];
  }
  return list;
}

test('replicas that deliver the same mails in other orders', async () => {
  const mails = await Promise.all(
    Array.from({ length: MAILS }, (_, index) =>
      office.newMail({
        to: [0, 1, 2].map((step) => {
          const at = (index * 7 + step * 13) % ACCOUNTS;
          return { address: `u${at}@demo.test`, accountId: accounts[at] as number };
        }),
      }),
    ),
  );
  await acceptMails(office.db, mails);
  const ids = mails.map(({ id }) => id);
  const replicas: Database[] = [1, 2].map(() =>
    openDatabase({ url: office.database.url('delivery'), password: office.database.password, max: 4 }),
  );
  const errors: unknown[] = [];
  const seen = new Map<number, number[]>();
  let left = new Set(ids);
  for (let round = 0; left.size > 0 && round < 10; round++) {
    const batches = replicas.flatMap((db, replica) =>
      [0, 1].map(async (lane) => {
        const order = shuffled([...left], round * 4 + replica * 2 + lane + 1);
        for (let at = 0; at < order.length; at += 60) {
          try {
            const { changed } = await deliverPlain(db, order.slice(at, at + 60));
            for (const { mailboxId, modSeq } of changed) {
              seen.set(mailboxId, [...(seen.get(mailboxId) ?? []), modSeq]);
            }
          } catch (error) {
            errors.push(error);
          }
        }
      }),
    );
    await Promise.all(batches);
    const rows = await office.db.query<{ id: string }>({
      text: 'select id from queue.mail where id = any($1)',
      values: [ids],
    });
    left = new Set(rows.map(({ id }) => id));
  }
  for (const db of replicas) await db[Symbol.asyncDispose]();
  expect(errors).toEqual([]);
  // Mails may be left without any recipient, when two batches ended them at the same time.
  for (const mail of left) expect(await office.recipients(mail)).toEqual([]);
  const delivery = await office.startDelivery();
  await Promise.all([...left].map((mail) => office.bus.publishStep('deliver', mail)));
  await Promise.all([...left].map((mail) => office.settled(mail)));
  await delivery[Symbol.asyncDispose]();
  await checkMailboxes(MAILS * 3);
  // Each commit that changed a mailbox has a MODSEQ of its own.
  for (const modSeqs of seen.values()) expect(new Set(modSeqs).size).toBe(modSeqs.length);
});

async function checkMailboxes(messages: number): Promise<void> {
  const rows = await office.db.query<{
    mailboxId: number;
    uid: number;
    modSeq: number;
    contentId: string;
    uidNext: number;
    exists: number;
    unseen: number;
    bytes: number;
    size: number;
  }>({
    text: `select s.mailbox_id as "mailboxId", s.uid, s.mod_seq as "modSeq", s.content_id as "contentId", s.size,
        b.uid_next as "uidNext", b.exists_count as "exists", b.unseen_count as unseen, b.bytes
      from store.message s join store.mailbox b on b.id = s.mailbox_id where b.account_id = any($1) order by 1, 2`,
    values: [accounts],
  });
  expect(rows).toHaveLength(messages);
  const mailboxes = Map.groupBy(rows, ({ mailboxId }) => mailboxId);
  for (const found of mailboxes.values()) {
    const [first] = found;
    expect(found.map(({ uid }) => uid)).toEqual(found.map((_, index) => index + 1));
    expect(first).toMatchObject({ uidNext: found.length + 1, exists: found.length, unseen: found.length });
    expect(first?.bytes).toBe(found.reduce((sum, { size }) => sum + size, 0));
    const modSeqs = found.map(({ modSeq }) => modSeq);
    expect(modSeqs).toEqual(modSeqs.toSorted((one, other) => one - other));
    expect(new Set(found.map(({ contentId }) => contentId)).size).toBe(found.length);
  }
}

test('batches and the slow path at the same time, on the same mailboxes', async () => {
  await office.db.query({ text: 'delete from store.message' });
  await office.db.query({
    text: 'update store.mailbox set uid_next = 1, mod_seq = 1, exists_count = 0, unseen_count = 0, bytes = 0',
  });
  const deliveries = [await office.startDelivery(), await office.startDelivery()];
  const mails = await Promise.all(
    Array.from({ length: 200 }, (_, index) => {
      const at = index % ACCOUNTS;
      const to = { address: `u${at}@demo.test`, accountId: accounts[at] as number };
      const other = {
        address: `u${(at + 1) % ACCOUNTS}@demo.test`,
        accountId: accounts[(at + 1) % ACCOUNTS] as number,
      };
      // Every fourth takes the slow path, for the notice it asks for.
      return office.newMail({
        to: [{ ...to, notify: index % 4 === 0 ? 'SUCCESS,FAILURE' : null }, other],
        reversePath: '',
      });
    }),
  );
  await acceptMails(office.db, mails);
  await Promise.all(shuffled(mails, 5).map(({ id }) => office.bus.publishStep('deliver', id)));
  await Promise.all(shuffled(mails, 9).map(({ id }) => office.bus.publishStep('deliver', id)));
  await Promise.all(mails.map(({ id }) => office.settled(id)));
  await checkMailboxes(400);
  for (const delivery of deliveries) await delivery[Symbol.asyncDispose]();
});

test('delivering a mail that is gone is nothing', async () => {
  const tools = { db: office.db } as unknown as Parameters<typeof deliverOne>[0];
  await expect(
    deliverOne({ ...tools, bus: office.bus }, '00000000-0000-7000-8000-000000000000'),
  ).resolves.toBeUndefined();
});
