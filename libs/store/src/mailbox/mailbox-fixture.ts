// An account with INBOX, and messages made up for the tests of this folder. Imported by tests only.
import { randomBytes, randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { type Database, openDatabase } from '../db.ts';
import { appendMessages, type NewMessage } from './append.ts';
import { ensureInbox } from './create.ts';
import { INBOX } from './mailbox-name.ts';
import { findMailbox, type Mailbox } from './mailbox-row.ts';

export interface MailboxFixture extends AsyncDisposable {
  test: TestDatabase;
  owner: Database;
  /** As the role pochtar_imap. */
  db: Database;
  /** A new account with INBOX. */
  account(quotaBytes?: number): Promise<number>;
  inbox(accountId: number): Promise<Mailbox>;
  /** Appends messages and gives their UIDs. */
  add(mailboxId: number, count: number, more?: Partial<NewMessage>): Promise<number[]>;
  /** The counters of a mailbox, as the row has them and as a recount gives them. */
  counters(mailboxId: number): Promise<{ row: Counters; counted: Counters }>;
}

interface Counters {
  exists: number;
  unseen: number;
  bytes: number;
  maxUid: number;
  maxModSeq: number;
}

export async function mailboxFixture(connections = 4): Promise<MailboxFixture> {
  const test = await createTestDatabase();
  const open = (role: string): Database =>
    openDatabase({ url: test.url(role), password: test.password, max: connections });
  const owner = open('owner');
  const db = open('imap');
  await owner.query({ text: "insert into directory.domain (name) values ('demo.test')" });
  return {
    test,
    owner,
    db,
    async account(quotaBytes) {
      const [row] = await owner.query<{ id: number }>({
        text: `insert into directory.account (domain_id, address, quota_bytes)
          select id, $1, $2 from directory.domain returning id`,
        values: [`${randomUUID()}@demo.test`, quotaBytes ?? null],
      });
      const { id } = row as { id: number };
      await ensureInbox(db, id);
      return id;
    },
    inbox: async (accountId) => (await findMailbox(db, accountId, INBOX)) as Mailbox,
    async add(mailboxId, count, more = {}) {
      const messages = Array.from({ length: count }, () => newMessage(more));
      const outcome = await appendMessages(db, mailboxId, messages);
      if (outcome.kind !== 'appended') throw new Error(outcome.kind);
      return outcome.uids;
    },
    async counters(mailboxId) {
      const [found] = await owner.query<{ row: Counters; counted: Counters }>({
        text: `select json_build_object('exists', exists_count, 'unseen', unseen_count, 'bytes', bytes,
            'maxUid', uid_next - 1, 'maxModSeq', mod_seq) as row,
          (select json_build_object('exists', count(*), 'unseen', count(*) filter (where flags & 1 = 0),
            'bytes', coalesce(sum(size), 0), 'maxUid', coalesce(max(uid), 0), 'maxModSeq', coalesce(max(mod_seq), 0))
            from store.message where mailbox_id = b.id) as counted
          from store.mailbox b where id = $1`,
        values: [mailboxId],
      });
      return found as { row: Counters; counted: Counters };
    },
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]();
      await owner[Symbol.asyncDispose]();
      await test[Symbol.asyncDispose]();
    },
  };
}

export function newMessage(more: Partial<NewMessage> = {}): NewMessage {
  return {
    content: {
      id: randomUUID(),
      blob: { packId: randomUUID(), offset: 64, length: 1000 },
      sha256: randomBytes(32),
      description: {
        size: 1000,
        headerLength: 200,
        shortHeader: Buffer.from('Subject: \xff raw\r\n\r\n', 'latin1'),
        shortHeaderComplete: true,
        otherFields: null,
        envelope: '(NIL "a subject" NIL NIL NIL NIL NIL NIL NIL NIL)',
        bodyStructure: '("text" "plain" NIL NIL NIL "7bit" 800 10 NIL NIL NIL NIL)',
        parts: '[]',
        sentAt: null,
        messageId: null,
        sentDay: null,
        baseSubject: '',
        isReply: false,
        threadIds: '',
      },
    },
    flags: 0,
    keywords: [],
    internalDate: new Date('2026-11-24T05:00:00Z'),
    ...more,
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
