// What a search in much mail finds, part by part, and for whom.
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { createDomain } from '../directory/index.ts';
import { listQueue, matchingMails } from './index.ts';
import type { QueueFilter } from './find.ts';
import type { MailScope } from './scope.ts';

const MAILS = 25;
/** Each answer looks at ten mails, and has no time for more. */
const ONE_PART = { part: 10, milliseconds: 0 };

let database: TestDatabase;
let owner: Database;
let delivery: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  const { password } = database;
  owner = openDatabase({ url: database.url(), password });
  delivery = openDatabase({ url: database.url('delivery'), password });
  // Every fifth is from Anna, every third to Борис, every second waits for a far side; the others are held.
  await owner.query({
    text: `with m as (
        insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, size, step, step_at, state, reason)
        select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, gen_random_uuid(),
          now() - (${MAILS} - n) * interval '1 hour', case n % 5 when 0 then 'Anna' else 'other' || n end || '@Remote.test',
          'incoming', 1, case n % 2 when 0 then 'schedule' else 'dkim' end, now(),
          case n % 2 when 0 then 'active' else 'held' end, case n % 2 when 1 then 'held by hand' end
        from generate_series(1, ${MAILS}) n returning id, state, right(id::text, 12)::int as n)
      insert into queue.recipient (mail_id, address, route, destination, last_reply)
      select id, case n % 3 when 0 then 'Борис' else 'to' || n end || '@far' || n % 4 || '.test',
        case state when 'active' then 'remote' else 'unrouted' end,
        case state when 'active' then 'mx.relay.test' end, case state when 'active' then '451 Try Again' end
      from m`,
  });
});
afterAll(async () => {
  await delivery[Symbol.asyncDispose]();
  await owner[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const numberOf = (id: string): number => Number(id.slice(-12));

/** Every page of two, and how many answers had run out of time. */
async function all(filter: Omit<QueueFilter, 'limit'>, scope: MailScope = 'all') {
  const found: number[] = [];
  let stopped = 0;
  let after: string | undefined;
  for (let answers = 0; answers < 3 * MAILS; answers++) {
    const page = await listQueue(delivery, scope, { ...filter, limit: 2, after }, ONE_PART);
    found.push(...page.mails.map(({ id }) => numberOf(id)));
    if (page.searchedUntil !== null) stopped++;
    if (page.next === null) return { found, stopped };
    after = page.next;
  }
  throw new Error('the search has no end');
}

const everyFifth = [5, 10, 15, 20, 25];

test('a search goes on where its time was up, and finds every mail once, oldest first', async () => {
  expect(await all({ sender: 'ANNA@' })).toMatchObject({ found: everyFifth });
  const nothing = await all({ sender: 'nobody' });
  expect(nothing).toEqual({ found: [], stopped: 2 });
});

test('an answer that ran out of time says until when it has looked, and does not call what it counted all', async () => {
  const [first, whole] = await Promise.all(
    [ONE_PART, { part: 10, milliseconds: 60_000 }].map((walk) =>
      listQueue(delivery, 'all', { sender: 'nobody', limit: 2 }, walk),
    ),
  );
  expect(first).toMatchObject({ mails: [], total: 0, isTotalExact: false });
  expect(numberOf(first?.next ?? '')).toBe(10);
  const hours = (Date.now() - (first?.searchedUntil?.getTime() ?? 0)) / 3_600_000;
  expect(Math.round(hours)).toBe(MAILS - 10);
  expect(whole).toEqual({ mails: [], total: 0, isTotalExact: true, next: null, searchedUntil: null });
});

test.for<[string, Omit<QueueFilter, 'limit'>, number[]]>([
  ['a sender in other letters', { sender: 'anna' }, everyFifth],
  ['a recipient beyond ASCII, in other letters', { recipient: 'бОРИС' }, [3, 6, 9, 12, 15, 18, 21, 24]],
  ['sender and recipient', { sender: 'anna', recipient: 'борис' }, [15]],
  ['what the far side said', { reason: 'try again', sender: 'anna' }, [10, 20]],
  ['what holds', { reason: 'BY HAND', recipient: 'Борис' }, [3, 9, 15, 21]],
  ['where it goes and who sent it', { destination: 'MX.relay.test', sender: 'anna' }, [10, 20]],
  ['a domain of recipients, routed or not', { destination: 'far1.test' }, [1, 5, 9, 13, 17, 21, 25]],
  ['held, and to whom', { state: 'held', recipient: 'far1.test' }, [1, 5, 9, 13, 17, 21, 25]],
  ['scheduled, and from whom', { state: 'scheduled', sender: 'Anna' }, [10, 20]],
])('%s: a page by page search and the set that an act is of are the same', async ([, filter, expected]) => {
  expect((await all(filter)).found).toEqual(expected);
  const matching = await matchingMails(delivery, 'all', { ...filter, limit: 1000 });
  expect(matching.map(numberOf)).toEqual(expected);
});

test('an administrator of a domain finds in every part only what goes to it', async () => {
  const scope = [(await createDomain(owner, 'far1.test')) as number];
  const own = [1, 5, 9, 13, 17, 21, 25];
  expect((await all({}, scope)).found).toEqual(own);
  expect((await all({ sender: 'anna' }, scope)).found).toEqual([5, 25]);
  expect((await all({ recipient: 'БОРИС' }, scope)).found).toEqual([9, 21]);
  expect((await all({ recipient: 'far2' }, scope)).found).toEqual([]);
  expect((await all({ reason: 'held', recipient: 'to' }, scope)).found).toEqual([1, 5, 13, 17, 25]);
});
