// A large mailbox is no reason for others to wait: no command works on for long without letting other sessions run.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

const MESSAGES = 40_000;
/** Generous, since tests share two cores: work that is not shared out takes several times as long. */
const LONGEST_MS = 1000;

let imap: Installation;
let account: string;
let client: ImapClient;
let validity: string;
beforeAll(async () => {
  imap = await startInstallation();
  account = await imap.newAccount();
  await imap.deliver(account, 'Subject: 1\r\n\r\n');
  // Each with a MODSEQ of its own, every tenth \Deleted.
  await imap.db.query({
    text: `with box as (
        update store.mailbox set uid_next = $2 + 1, mod_seq = $2 + 1, exists_count = $2, unseen_count = $2,
          recent_uid = $2 + 1, bytes = bytes * $2
        where account_id = $1 and name = 'INBOX' returning id
      )
      insert into store.message (mailbox_id, uid, mod_seq, flags, internal_date, size, content_id)
      select m.mailbox_id, n, n + 1, case when n % 10 = 0 then 8 else 0 end, m.internal_date, m.size, m.content_id
      from box join store.message m on m.mailbox_id = box.id, generate_series(2, $2::int8) n`,
    values: [imap.accounts[account], MESSAGES],
  });
  client = await ImapClient.open({ host: imap.host, port: imap.ports.imap });
  await client.ok(`LOGIN ${account} secret`);
  await client.ok('ENABLE QRESYNC');
  const told = await client.ok('SELECT INBOX');
  validity = /UIDVALIDITY (\d+)/.exec(told.join())?.[1] ?? '';
}, 60_000);
afterAll(async () => {
  client[Symbol.dispose]();
  await imap[Symbol.asyncDispose]();
});

/** The longest time for which the process, in which this test runs as well, let nobody else run. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const look = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 2);
  await work();
  look();
  clearInterval(timer);
  return longest;
}

const odd = (count: number): string => Array.from({ length: count }, (_, index) => 2 * index + 1).join(',');

test('QRESYNC with known UIDs full of gaps', async () => {
  let told: string[] = [];
  const longest = await longestTurn(async () => {
    told = await client.ok(`SELECT INBOX (QRESYNC (${validity} 1 ${odd(10_000)}))`);
  });
  expect(told.filter((line) => line.includes(' FETCH '))).toHaveLength(10_000);
  expect(longest).toBeLessThan(LONGEST_MS);
}, 60_000);

test('SEARCH among UIDs full of gaps, plain and as ESEARCH', async () => {
  const longest = await longestTurn(async () => {
    const [found = ''] = await client.ok(`UID SEARCH UID ${odd(10_000)}`);
    expect(found.split(' ')).toHaveLength(10_002);
    const [counted] = await client.ok(`SEARCH RETURN (COUNT ALL) NOT UID ${odd(10_000)}`);
    expect(counted).toMatch(/ COUNT 30000$/);
    await client.ok(`UID SEARCH RETURN (SAVE) UID ${odd(10_000)}`);
    const [saved] = await client.ok('UID SEARCH RETURN (COUNT) UID $');
    expect(saved).toMatch(/ COUNT 10000$/);
  });
  expect(longest).toBeLessThan(LONGEST_MS);
}, 60_000);

test('FETCH, COPY and EXPUNGE of very many', async () => {
  const longest = await longestTurn(async () => {
    expect(await client.ok('UID FETCH 1:* (FLAGS)')).toHaveLength(MESSAGES);
    expect(await client.ok(`UID FETCH 1:* (UID) (CHANGEDSINCE ${MESSAGES - 9})`)).toHaveLength(10);
    await client.ok(`COPY ${odd(9000)} Sent`);
    const [vanished = ''] = await client.ok('EXPUNGE');
    expect(vanished.split(',')).toHaveLength(MESSAGES / 10);
  });
  expect(longest).toBeLessThan(LONGEST_MS);
}, 120_000);

test('SORT and THREAD of very many', async () => {
  const told: string[] = [];
  const longest = await longestTurn(async () => {
    for (const command of [
      'UID SORT (ARRIVAL) UTF-8 ALL',
      'UID SORT (SUBJECT REVERSE DATE FROM) UTF-8 ALL',
      'UID THREAD REFERENCES UTF-8 ALL',
      'UID THREAD ORDEREDSUBJECT UTF-8 ALL',
    ])
      told.push((await client.ok(command)).at(-1) ?? '');
  });
  for (const line of told) expect(line.match(/\d+/g)).toHaveLength(0.9 * MESSAGES);
  expect(longest).toBeLessThan(LONGEST_MS);
}, 120_000);
