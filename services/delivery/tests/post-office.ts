// Delivery in this process against a real Postgres, NATS and directory volume, set up as a small organisation:
// demo.test with anna, boris (disabled: carla), the alias office and the group all; and a DNS of its own.
import { randomBytes } from 'node:crypto';
import type { Bus, Step } from '@pochtar/bus';
import { addressKey, parseAddress } from '@pochtar/mail';
import type { BlobStore } from '@pochtar/store/blob';
import { readDelivered } from '@pochtar/store/content';
import type { Database } from '@pochtar/store/db';
import { acceptMails, loadContent, type NewMail, type NewRecipient } from '@pochtar/store/queue';
import { eventually, type FakeDns, startFakeDns, type TestDatabase, type TestNats } from '@pochtar/testkit';
import {
  createOrganisation,
  newContent,
  openGround,
  serviceContext,
  type SettingsParts,
} from '@pochtar/testkit/ground';
import { readConfig } from '../src/config.ts';
import { start, type StartOptions } from '../src/service.ts';

export const HELO = 'mx.demo.test';

export interface TestMail extends Partial<Omit<NewMail, 'recipients' | 'content'>> {
  to: (string | NewRecipient)[];
  text?: string | Buffer;
  /** Not told to the bus. */
  isSilent?: boolean;
}

export interface DeliveredMessage {
  uid: number;
  modSeq: number;
  contentId: string;
  size: number;
  bytes: Buffer;
  text: string;
  envelope: string;
}

export interface Traced {
  recipient: string;
  outcome: string;
  detail: string;
  attempts: number;
}

export interface RecipientRow {
  address: string;
  route: string;
  destination: string | null;
  expandedFrom: string | null;
  notify: string | null;
  attempt: number;
  dueAt: Date | null;
  leaseOwner: string | null;
  lastReply: string | null;
}

export interface PostOffice extends AsyncDisposable {
  /** Everything, as the owner of the schema. */
  db: Database;
  bus: Bus;
  nats: TestNats;
  database: TestDatabase;
  dns: FakeDns;
  blobs: BlobStore;
  masterKey: Buffer;
  /** The environment of a delivery process. */
  environment: Record<string, string>;
  accounts: Record<'anna' | 'boris' | 'carla', number>;
  /** SMTP ports of far sides, by domain. */
  ports: Map<string, number>;
  startDelivery(environment?: Record<string, string>, options?: StartOptions): Promise<AsyncDisposable>;
  /** Takes responsibility for a mail as smtp does; answers its id. */
  accept(mail: TestMail): Promise<string>;
  newMail(mail: TestMail): Promise<NewMail>;
  messages(name: 'anna' | 'boris' | 'carla'): Promise<DeliveredMessage[]>;
  recipients(mail: string): Promise<RecipientRow[]>;
  trace(mail: string): Promise<Traced[]>;
  /** Null when it has left the queue. */
  queued(mail: string): Promise<{ state: string; step: string; reason: string | null; size: number } | null>;
  /** Until it has left the queue. */
  settled(mail: string): Promise<void>;
  /** Empties the mailboxes, after what is on its way to them (notices of the test before) has arrived. */
  clearMailboxes(): Promise<void>;
  /** Saves parts of sections and waits until delivery has taken them over. */
  set(parts: SettingsParts): Promise<void>;
}

export async function openPostOffice(parts: SettingsParts = {}): Promise<PostOffice> {
  await using stack = new AsyncDisposableStack();
  const ground = stack.use(await openGround({ ...parts, general: { heloName: HELO, ...parts.general } }));
  const { database, nats, db, bus, blobs, masterKey } = ground;
  const dns = stack.use(await startFakeDns());
  const accounts = await createOrganisation(db);
  const environment = {
    ...ground.environment('delivery'),
    POCHTAR_DNS_SERVERS: dns.address,
    POCHTAR_REMOTE_NETWORKS: '127.0.0.0/8',
  };
  const ports = new Map<string, number>();
  const opened = stack.move();
  const office: PostOffice = {
    ...{ db, bus, nats, database, dns, blobs, masterKey, environment, accounts, ports },
    startDelivery: async (more = {}, options = {}) => {
      const config = readConfig({ ...environment, ...more });
      config.POCHTAR_REMOTE_PORT = (domain) => ports.get(domain) ?? 9;
      return opened.use(await start(config, serviceContext('delivery'), options));
    },
    newMail: (mail) => newMail(blobs, accounts, mail),
    accept: async (mail) => {
      const made = await newMail(blobs, accounts, mail);
      await acceptMails(db, [made]);
      if (!mail.isSilent) await bus.publishStep(made.step as Step, made.id);
      return made.id;
    },
    messages: (name) => messagesOf(db, blobs, accounts[name]),
    recipients: (mail) =>
      db.query<RecipientRow>({
        text: `select address, route, destination, expanded_from as "expandedFrom", notify, attempt, due_at as "dueAt",
          lease_owner as "leaseOwner", last_reply as "lastReply"
          from queue.recipient where mail_id = $1 order by address`,
        values: [mail],
      }),
    trace: (mail) =>
      db.query<Traced>({
        text: 'select recipient, outcome, detail, attempts from trace.delivery where mail_id = $1 order by recipient',
        values: [mail],
      }),
    queued: async (mail) => {
      const [row] = await db.query<{ state: string; step: string; reason: string | null; size: number }>({
        text: 'select state, step, reason, size from queue.mail where id = $1',
        values: [mail],
      });
      return row ?? null;
    },
    settled: async (mail) => {
      await eventually(
        async () =>
          (await db.query({ text: 'select 1 from queue.mail where id = $1', values: [mail] })).length === 0,
      );
    },
    clearMailboxes: async () => {
      const onTheWay = `select 1 from queue.mail where state = 'active' and step = 'deliver'
        union all select 1 from queue.owed_notice`;
      await eventually(async () => (await db.query({ text: onTheWay })).length === 0);
      await db.query({ text: 'delete from store.message' });
    },
    set: async (changed) => {
      const faults = (await ground.set(changed)).filter(({ error }) => error !== null);
      if (faults.length > 0) throw new Error(JSON.stringify(faults));
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
  return office;
}

/** A mail as acceptance stores it: Return-Path and Received in front. */
async function newMail(blobs: BlobStore, accounts: PostOffice['accounts'], mail: TestMail): Promise<NewMail> {
  const {
    to,
    text = 'From: sender@remote.test\r\nSubject: a subject\r\n\r\ntext\r\n',
    isSilent: _,
    ...more
  } = mail;
  const id = more.id ?? timedId();
  const reversePath = more.reversePath ?? 'sender@remote.test';
  const trace = `Return-Path: <${reversePath}>\r\nReceived: from client.test by ${HELO} with ESMTP id ${id}; ${new Date().toUTCString()}\r\n`;
  const bytes = Buffer.concat([
    Buffer.from(trace),
    Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1'),
  ]);
  const slip = more.slip ?? [];
  return {
    id,
    acceptedAt: new Date(),
    reversePath,
    origin: 'incoming',
    clientAddress: '192.0.2.7',
    protocol: 'ESMTP',
    slip,
    settingsRevision: 1,
    step: slip[0] ?? 'deliver',
    ...more,
    content: await newContent(blobs, bytes, id),
    recipients: to.map((recipient) => recipientOf(accounts, recipient)),
  };
}

function recipientOf(accounts: PostOffice['accounts'], recipient: string | NewRecipient): NewRecipient {
  if (typeof recipient !== 'string') return recipient;
  const [name = '', domain] = recipient.split('@');
  const accountId = domain === 'demo.test' ? (accounts[name as 'anna'] ?? null) : null;
  const parsed = parseAddress(recipient);
  return { address: parsed && domain === 'demo.test' ? addressKey(parsed) : recipient, accountId };
}

let counter = 0;

/** RFC 9562 §5.7: a UUIDv7, in order. */
export function timedId(at = Date.now()): string {
  const time = at.toString(16).padStart(12, '0');
  const count = (counter++ & 0xfff).toString(16).padStart(3, '0');
  const random = randomBytes(8).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-8${random.slice(1, 4)}-${random.slice(4)}`;
}

async function messagesOf(db: Database, blobs: BlobStore, account: number): Promise<DeliveredMessage[]> {
  const rows = await db.query<Omit<DeliveredMessage, 'bytes' | 'text'>>({
    text: `select s.uid, s.mod_seq as "modSeq", s.content_id as "contentId", s.size, c.envelope
      from store.message s join store.mailbox b on b.id = s.mailbox_id join store.content c on c.id = s.content_id
      where b.account_id = $1 and b.name = 'INBOX' order by s.uid`,
    values: [account],
  });
  const messages: DeliveredMessage[] = [];
  for (const row of rows) {
    const content = await loadContent(db, row.contentId);
    if (content === null) throw new Error('a message without content');
    const bytes = await readDelivered(blobs, content);
    messages.push({ ...row, bytes, text: bytes.toString('utf8') });
  }
  return messages;
}
