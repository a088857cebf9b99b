// The index of a mailbox that all sessions of a process share (ADR 40): what each of them sees, where changes come from, and
// what is kept.
import { mailboxChanged } from '@pochtar/bus';
import type { Database } from '@pochtar/store/db';
import {
  expungeMessages,
  findMailbox,
  FLAG,
  INBOX,
  type Mailbox,
  pruneExpunged,
  sharedFlags,
  storeFlags,
} from '@pochtar/store/mailbox';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { MailboxIndexes } from '../src/mailbox-index/mailbox-indexes.ts';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

async function account(messages: number): Promise<{ name: string; inbox: Mailbox }> {
  const name = await imap.newAccount();
  for (let number = 1; number <= messages; number++)
    await imap.deliver(name, `Subject: ${number}\r\n\r\n${number}`);
  return { name, inbox: (await findMailbox(imap.db, imap.accounts[name] as number, INBOX)) as Mailbox };
}

function open(name: string): Promise<ImapClient> {
  return ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, name);
}

/** For this test the process keeps so many octets of indexes. */
function withIndexes(maxOctets: number, db: Database = imap.db): MailboxIndexes {
  const { indexes } = imap.server;
  imap.server.indexes = new MailboxIndexes(db, maxOctets);
  onTestFinished(() => {
    imap.server.indexes = indexes;
  });
  return imap.server.indexes;
}

/** Statements of the service from now on, by name. */
function statements(): string[] {
  const { db } = imap.server;
  const names: string[] = [];
  const counted: Database = {
    query: (statement) => {
      names.push(statement.name ?? statement.text);
      return db.query(statement);
    },
    transaction: (work) => {
      names.push('transaction');
      return db.transaction(work);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const { storeFlags: stored } = imap.server;
  Object.assign(imap.server, { db: counted, storeFlags: sharedFlags(counted) });
  withIndexes(1_000_000, counted);
  onTestFinished(() => {
    Object.assign(imap.server, { db, storeFlags: stored });
  });
  return names;
}

async function all(changes: AsyncIterable<unknown>): Promise<void> {
  for await (const change of changes) void change;
}

const numbers = (untagged: readonly string[]): string[] =>
  untagged
    .filter((line) => line.includes('FETCH'))
    .map((line) => line.replace(/^\* (\d+) FETCH \((.*)\)$/, '$1 $2'));

test('two sessions number one mailbox differently while one of them was not told of an expunge', async () => {
  const { name } = await account(4);
  using first = await open(name);
  using second = await open(name);
  await second.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
  await second.ok('EXPUNGE');
  await imap.deliver(name, 'Subject: 5\r\n\r\n');
  await second.ok('NOOP');
  expect(numbers(await second.ok('FETCH 1:* (UID)'))).toEqual(['1 UID 1', '2 UID 3', '3 UID 4', '4 UID 5']);
  // RFC 9051 §7.5.1: during FETCH by number nothing is renumbered; what is gone is not shown.
  const seen = await first.command('FETCH 1:4 (UID)');
  expect(numbers(seen.untagged)).toEqual(['1 UID 1', '3 UID 3', '4 UID 4']);
  expect(seen).toMatchObject({ status: 'OK', text: expect.stringContaining('[EXPUNGEISSUED]') as string });
  await first.ok('NOOP');
  expect(numbers(await first.ok('FETCH 1:* (UID)'))).toEqual(['1 UID 1', '2 UID 3', '3 UID 4', '4 UID 5']);
});

test('sessions that know the same hold one array of UIDs', async () => {
  const { name, inbox } = await account(3);
  using first = await open(name);
  using second = await open(name);
  const arrays = (): Set<ArrayBufferLike> =>
    new Set(
      [...imap.sessions].flatMap(({ selected }) => (selected?.id === inbox.id ? [selected.uids.buffer] : [])),
    );
  expect(arrays().size).toBe(1);
  await imap.deliver(name, 'Subject: 4\r\n\r\n');
  await second.ok('NOOP');
  await first.ok('NOOP');
  expect(arrays().size).toBe(1);
});

test('an index that had to go while its mailbox is selected is missed by nobody', async () => {
  const { name, inbox } = await account(5);
  const others = [await account(5), await account(5)];
  const indexes = withIndexes(14_000);
  using first = await open(name);
  expect(indexes.peek(inbox.id)).not.toBeNull();
  for (const each of others) (await open(each.name))[Symbol.dispose]();
  expect(indexes.peek(inbox.id)).toBeNull();
  await all(storeFlags(imap.db, inbox.id, [2], { mode: 'add', flags: FLAG.flagged, keywords: ['k'] }));
  await all(expungeMessages(imap.db, inbox.id, [4]));
  expect(await first.ok('NOOP')).toEqual([
    '* 4 EXPUNGE',
    expect.stringContaining('* FLAGS'),
    expect.stringContaining('PERMANENTFLAGS'),
    '* 2 FETCH (UID 2 FLAGS (\\Flagged \\Recent k))',
  ]);
  expect(numbers(await first.ok('FETCH 1:* (UID RFC822.SIZE)'))).toHaveLength(4);
  expect(await first.section('2', 'BODY.PEEK[TEXT]')).toBe('2');
  await first.ok('STORE 1 +FLAGS (\\Seen)');
  expect(numbers(await first.ok('FETCH 1 (FLAGS)'))[0]).toContain('\\Seen');
});

test('changes of which no event tells are told by the next look', async () => {
  const { name, inbox } = await account(3);
  using client = await open(name);
  await all(storeFlags(imap.db, inbox.id, [1], { mode: 'replace', flags: FLAG.draft, keywords: [] }));
  await all(expungeMessages(imap.db, inbox.id, [3]));
  await imap.deliver(name, 'Subject: 4\r\n\r\n');
  expect(await client.ok('NOOP')).toEqual([
    '* 3 EXPUNGE',
    '* 3 EXISTS',
    '* 3 RECENT',
    '* 1 FETCH (UID 1 FLAGS (\\Draft \\Recent))',
  ]);
  expect(numbers(await client.ok('FETCH 1:3 (UID FLAGS)'))).toEqual([
    '1 UID 1 FLAGS (\\Draft \\Recent)',
    '2 UID 2 FLAGS (\\Recent)',
    '3 UID 4 FLAGS (\\Recent)',
  ]);
});

test('CHANGEDSINCE finds what another process has changed, told or not', async () => {
  const { name, inbox } = await account(3);
  using client = await open(name);
  const since = (await findMailbox(imap.db, imap.accounts[name] as number, INBOX))?.modSeq as number;
  await all(storeFlags(imap.db, inbox.id, [2], { mode: 'add', flags: FLAG.answered, keywords: [] }));
  expect(numbers(await client.ok(`UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${since})`))[0]).toBe(
    `2 UID 2 FLAGS (\\Answered \\Recent) MODSEQ (${since + 1})`,
  );
});

test('FETCH is no older than what the bus has told of another process', async () => {
  const { name, inbox } = await account(2);
  using client = await open(name);
  let modSeq = 0;
  for await (const outcome of storeFlags(imap.db, inbox.id, [1], {
    mode: 'add',
    flags: FLAG.seen,
    keywords: [],
  }))
    modSeq = outcome.modSeq ?? 0;
  const accountId = imap.accounts[name] as number;
  imap.bus.emit(mailboxChanged(accountId), { mailboxes: [{ id: inbox.id, modSeq }] });
  await eventually(() => expect(imap.server.watch.heard(accountId, inbox.id)).toBe(modSeq));
  expect(numbers(await client.ok('FETCH 1 (FLAGS)'))[0]).toContain('\\Seen');
});

test('a SELECT that is heard of before reads one row, and FETCH of what rows say nothing', async () => {
  const { name } = await account(3);
  using client = await open(name);
  await client.ok('FETCH 1 (BODY.PEEK[])');
  const names = statements();
  await client.ok('SELECT INBOX');
  await client.ok('FETCH 1:* (BODY.PEEK[HEADER])');
  names.length = 0;
  await client.ok('SELECT INBOX');
  expect(names).toEqual(['mailbox_find']);
  await client.ok('FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ EMAILID)');
  expect(await client.section('2', 'BODY.PEEK[]')).toBe('Subject: 2\r\n\r\n2');
  expect(names).toEqual(['mailbox_find']);
  await client.ok('STORE 2 +FLAGS (\\Seen)');
  expect(names).toEqual(['mailbox_find', 'flags_shared']);
});

test('expunges that are forgotten make the index be read anew', async () => {
  const { name, inbox } = await account(6);
  using client = await open(name);
  for (const uid of [1, 2, 3]) await all(expungeMessages(imap.db, inbox.id, [uid]));
  await pruneExpunged(imap.db, { most: 1, kept: 0 });
  await imap.deliver(name, 'Subject: 7\r\n\r\n');
  expect(await client.ok('NOOP')).toEqual([
    '* 3 EXPUNGE',
    '* 2 EXPUNGE',
    '* 1 EXPUNGE',
    '* 4 EXISTS',
    '* 4 RECENT',
  ]);
  expect(numbers(await client.ok('FETCH 1:* (UID)'))).toEqual(['1 UID 4', '2 UID 5', '3 UID 6', '4 UID 7']);
});

test('indexes have room for so many octets: the oldest go, a mailbox too large for it has none', async () => {
  const indexes = new MailboxIndexes(imap.db, 20_000);
  const accounts = [await account(2), await account(3), await account(4), await account(5), await account(6)];
  for (const { inbox } of accounts) {
    expect((await indexes.open(inbox))?.table.count).toBe(inbox.exists);
    expect(indexes.octets).toBeLessThanOrEqual(20_000);
  }
  expect(indexes.size).toBeGreaterThan(1);
  expect(indexes.peek(accounts[0]?.inbox.id as number)).toBeNull();
  expect(indexes.peek(accounts[4]?.inbox.id as number)).not.toBeNull();
  const large = await account(1);
  expect(await indexes.open({ ...large.inbox, exists: 1000 })).toBeNull();
});

test('sets of keywords count, so that they fill no memory', async () => {
  const { name, inbox } = await account(4);
  const indexes = withIndexes(16_000);
  using client = await open(name);
  expect(indexes.peek(inbox.id)).not.toBeNull();
  for (let number = 1; number <= 4; number++) {
    const words = Array.from({ length: 20 }, (_, at) => `${'k'.repeat(80)}${number}x${at}`).join(' ');
    await client.ok(`STORE ${number} +FLAGS.SILENT (${words})`);
  }
  expect(indexes.peek(inbox.id)).toBeNull();
  expect(numbers(await client.ok('FETCH 4 (FLAGS)'))[0]).toContain('x19');
});

test('a mailbox that is deleted elsewhere while it is selected ends the session', async () => {
  const { name, inbox } = await account(1);
  using client = await open(name);
  await imap.db.query({ text: 'delete from store.message where mailbox_id = $1', values: [inbox.id] });
  await imap.db.query({ text: 'delete from store.mailbox where id = $1', values: [inbox.id] });
  client.socket.write('x NOOP\r\n');
  expect(await client.line()).toMatch(/^\* BYE /);
  expect(imap.server.indexes.peek(inbox.id)).toBeNull();
});
