// Many sessions work on the same mailboxes at once: UIDs keep their order, counters are what a recount gives, and
// every session ends with the same view.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

const SESSIONS = 12;
const ROUNDS = 20;

// A fixed sequence of pseudo-random numbers: a failure can be repeated.
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (state >> 8) % limit;
  };
}

/** What a client believes to be in its mailbox, from nothing but what it is told. Throws when that is impossible. */
class Believed {
  uids: (number | null)[] = [];
  flags = new Map<number, string>();

  take(response: string): void {
    const [, digits, what] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH)/.exec(response) ?? [];
    const number = Number(digits);
    if (what === 'EXISTS') {
      if (number < this.uids.length) throw new Error(`${response}: fewer than were known`);
      while (this.uids.length < number) this.uids.push(null);
    } else if (what !== undefined && number > this.uids.length) {
      throw new Error(`${response}: there is no such number`);
    }
    if (what === 'EXPUNGE') this.uids.splice(number - 1, 1);
    const uid = Number(/UID (\d+)/.exec(response)?.[1] ?? 0);
    if (what !== 'FETCH' || uid === 0) return;
    if ((this.uids[number - 1] ?? uid) !== uid)
      throw new Error(`${response}: the number meant another message`);
    this.uids[number - 1] = uid;
    const flags = /FLAGS \(([^)]*)\)/.exec(response)?.[1];
    if (flags !== undefined) this.flags.set(uid, flags.replace(/ ?\\Recent/, ''));
  }
}

async function work(client: ImapClient, believed: Believed, seed: number): Promise<void> {
  const next = random(seed);
  for (let round = 0; round < ROUNDS; round++) {
    const count = Math.max(believed.uids.length, 1);
    const number = 1 + next(count);
    const commands = [
      `APPEND INBOX {14+}\r\nSubject: x\r\n\r\n`,
      `STORE ${number} ${next(2) ? '+' : '-'}FLAGS (\\Seen \\Flagged)`,
      `UID STORE ${1 + next(60)}:${30 + next(60)} ${next(2) ? '+' : '-'}FLAGS (\\Answered)`,
      `STORE ${number} +FLAGS (\\Deleted)`,
      'EXPUNGE',
      `COPY ${number} INBOX`,
      `UID MOVE ${1 + next(60)} INBOX`,
      `FETCH ${number} (UID FLAGS)`,
      'NOOP',
    ];
    const { untagged } = await client.command(commands[next(commands.length)] as string);
    for (const response of untagged) believed.take(response);
  }
}

test('parallel APPEND, STORE, EXPUNGE, COPY and MOVE: order, counters and views hold', async () => {
  const account = await imap.newAccount();
  const target = { host: imap.host, port: imap.ports.imap };
  const clients = await Promise.all(
    Array.from({ length: SESSIONS }, () => ImapClient.inbox(target, account)),
  );
  const believed = clients.map(() => new Believed());
  await Promise.all(clients.map((client, index) => work(client, believed[index] as Believed, index + 1)));
  for (const [index, client] of clients.entries()) {
    for (const response of await client.ok('NOOP')) believed[index]?.take(response);
    for (const response of await client.ok('UID FETCH 1:* (UID FLAGS)')) believed[index]?.take(response);
  }
  const rows = await imap.db.query<{ uid: number; flags: number; size: number; seen: boolean }>({
    text: `select m.uid, m.flags, m.size, m.flags & 1 = 1 as seen from store.message m
      join store.mailbox b on b.id = m.mailbox_id where b.account_id = $1 order by m.uid`,
    values: [imap.accounts[account]],
  });
  expect(rows.length).toBeGreaterThan(0);
  const bits = { '\\Seen': 1, '\\Answered': 2, '\\Flagged': 4, '\\Deleted': 8 };
  for (const each of believed) {
    expect(each.uids).toEqual(rows.map((row) => row.uid));
    const flags = each.uids.map((uid) => (each.flags.get(uid as number) ?? '').split(' ').filter(Boolean));
    expect(
      flags.map((names) => names.reduce((sum, name) => sum | bits[name as keyof typeof bits], 0)),
    ).toEqual(rows.map((row) => row.flags));
  }
  const [counters] = await imap.db.query<{ exists: number; unseen: number; bytes: number; next: number }>({
    text: `select exists_count as exists, unseen_count as unseen, bytes, uid_next as next
      from store.mailbox where account_id = $1 and name = 'INBOX'`,
    values: [imap.accounts[account]],
  });
  expect(counters).toMatchObject({
    exists: rows.length,
    unseen: rows.filter((row) => !row.seen).length,
    bytes: rows.reduce((sum, row) => sum + row.size, 0),
  });
  expect(counters?.next).toBeGreaterThan(rows.at(-1)?.uid ?? 0);
  for (const client of clients) client[Symbol.dispose]();
});
