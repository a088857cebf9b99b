// UIDs of a mailbox that was filled a moment ago, of which the planner knows nothing yet.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Queryable, Statement } from '../db.ts';
import { amongUids } from './among-uids.ts';
import { fetchMessages } from './fetch.ts';
import { collect, type MailboxFixture, mailboxFixture } from './mailbox-fixture.ts';
import type { Mailbox } from './mailbox-row.ts';

const MESSAGES = 20_000;
let fixture: MailboxFixture;
let mailbox: Mailbox;
beforeAll(async () => {
  fixture = await mailboxFixture();
  // Its plans are those of a mailbox without statistics as long as the test runs.
  for (let part = 0; part < 8; part++)
    await fixture.owner.query({ text: `alter table store.message_${part} set (autovacuum_enabled = off)` });
  mailbox = await fixture.inbox(await fixture.account());
  await fixture.add(mailbox.id, 1);
  await fixture.owner.query({
    text: `insert into store.message (mailbox_id, uid, mod_seq, flags, internal_date, size, content_id)
      select m.mailbox_id, n, n + 1, 0, m.internal_date, m.size, m.content_id
      from store.message m, generate_series(2, $2::int8) n where m.mailbox_id = $1 and m.uid = 1`,
    values: [mailbox.id, MESSAGES],
  });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const uidsFrom = (first: number, count: number, step = 1): number[] =>
  Array.from({ length: count }, (_, at) => first + at * step);

test.each([
  ['wide', ['stored'] as const],
  ['narrow', [] as const],
])('a listing (%s) walks no other message, though nothing is known of the mailbox', async (_, columns) => {
  const sent: Statement[] = [];
  const db: Queryable = {
    query: (statement) => {
      sent.push(statement);
      return fixture.db.query(statement);
    },
  };
  await collect(fetchMessages(db, mailbox.id, uidsFrom(10_001, 1000), columns));
  const [statement] = sent;
  const plan = await fixture.db.query<{ 'QUERY PLAN': string }>({
    text: `explain ${statement?.text}`,
    values: statement?.values ?? [],
  });
  const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(lines).toMatch(/message_\d_pkey/);
  expect(lines).not.toMatch(/mod_seq/);
});

describe('the messages among these UIDs are found, whatever they are', () => {
  test.each([
    ['one', [7]],
    ['all of a run', uidsFrom(1, 1000)],
    ['some of a run', uidsFrom(5, 300, 3)],
    ['far apart', uidsFrom(1, 20, 900)],
    ['in no order', [9, 3, 5]],
    ['some that are not there', [MESSAGES - 1, MESSAGES, MESSAGES + 1, MESSAGES + 2]],
    ['none', []],
  ])('%s', async (_, uids) => {
    const pages = await collect(fetchMessages(fixture.db, mailbox.id, uids));
    const wanted = uids.filter((uid) => uid <= MESSAGES).toSorted((a, b) => a - b);
    expect(pages.flatMap((page) => page.uids)).toEqual(wanted);
  });

  test('as one range where they are close together, and only there', () => {
    const isRange = (uids: number[]): boolean => amongUids(uids).suffix === '_range';
    expect([uidsFrom(1, 1000), uidsFrom(5, 300, 3), [4, 5]].map(isRange)).toEqual([true, true, true]);
    expect([uidsFrom(1, 20, 900), [1, 100_000], [5, 4], []].map(isRange)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
