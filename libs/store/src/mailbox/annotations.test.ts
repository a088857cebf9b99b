import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAnnotations, writeAnnotations } from './annotations.ts';
import { type MailboxFixture, mailboxFixture } from './mailbox-fixture.ts';

let fixture: MailboxFixture;
beforeAll(async () => {
  fixture = await mailboxFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

test('an account has so many annotations and octets of them, and what goes beyond changes nothing', async () => {
  const { db } = fixture;
  const whose = { accountId: await fixture.account(), mailboxId: null };
  const value = Buffer.alloc(32 * 1024, 'x');
  const large = Array.from({ length: 128 }, (_, at) => ({ entry: `/private/large/${at}`, value }));
  expect(await writeAnnotations(db, whose, large)).toBe(true);
  expect(await writeAnnotations(db, whose, [{ entry: '/private/more', value: Buffer.from('y') }])).toBe(
    false,
  );
  expect(await readAnnotations(db, whose, ['/private/more'], 0)).toEqual([]);
  expect(
    await writeAnnotations(
      db,
      whose,
      large.map(({ entry }) => ({ entry, value: null })),
    ),
  ).toBe(true);
  const many = Array.from({ length: 1001 }, (_, at) => ({
    entry: `/private/${at}`,
    value: Buffer.from('y'),
  }));
  expect(await writeAnnotations(db, whose, many)).toBe(false);
  expect(await writeAnnotations(db, whose, many.slice(1))).toBe(true);
  expect(await readAnnotations(db, whose, ['/private'], 1)).toHaveLength(1000);
});

test('annotations go with the account', async () => {
  const { db, owner } = fixture;
  const accountId = await fixture.account();
  const inbox = await fixture.inbox(accountId);
  for (const mailboxId of [null, inbox.id]) {
    const annotation = { entry: '/private/comment', value: Buffer.from('x') };
    expect(await writeAnnotations(db, { accountId, mailboxId }, [annotation])).toBe(true);
  }
  await owner.query({ text: 'delete from directory.account where id = $1', values: [accountId] });
  const rows = await owner.query({
    text: 'select from store.annotation where account_id = $1',
    values: [accountId],
  });
  expect(rows).toEqual([]);
});
