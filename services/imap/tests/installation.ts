// The service in this process against a real Postgres, a real NATS and a directory volume of its own, with the
// accounts anna, boris and clara of demo.test.
import type { Bus, SettingsApplied } from '@pochtar/bus';
import { processEnv } from '@pochtar/runtime';
import type { BlobStore } from '@pochtar/store/blob';
import type { Database } from '@pochtar/store/db';
import { appendMessages, findMailbox, INBOX, type Mailbox, type NewMessage } from '@pochtar/store/mailbox';
import { certificatePem, freePort, type TestNats, transcript } from '@pochtar/testkit';
import {
  createAccounts,
  DOMAIN,
  newContent,
  openGround,
  serviceContext,
  type SettingsParts,
} from '@pochtar/testkit/ground';
import type { Server, SessionTimes } from '../src/server.ts';
import { start } from '../src/service.ts';
import type { ImapSession } from '../src/session.ts';

export interface Installation extends AsyncDisposable {
  host: string;
  ports: { imap: number; imaps: number };
  /** Of every account. */
  password: string;
  /** As the owner of the schema. */
  db: Database;
  bus: Bus;
  nats: TestNats;
  masterKey: Buffer;
  blobs: BlobStore;
  /** Of the service under test. */
  server: Server;
  sessions: ReadonlySet<ImapSession>;
  /** Ids by name. */
  accounts: Record<string, number>;
  environment: Record<string, string>;
  /** Saves parts of sections; answers the reports of the service. */
  set(parts: SettingsParts): Promise<SettingsApplied[]>;
  /** Delivers a message past IMAP; its UID. */
  deliver(
    account: string,
    text: string | Buffer,
    more?: Partial<NewMessage> & { mailbox?: string },
  ): Promise<number>;
  /** Runs a transcript; `$$password` stands for itself. */
  talk(
    text: string,
    options?: { tls?: boolean; variables?: Record<string, string> },
  ): Promise<Record<string, string>>;
  /** The same, each of its connections logged in; in the second form with INBOX selected. */
  session(account: string, text: string, connections?: number): Promise<Record<string, string>>;
  inbox(account: string, text: string, connections?: number): Promise<Record<string, string>>;
  /** A new account with INBOX; its name. */
  newAccount(): Promise<string>;
  stop(): Promise<void>;
}

export interface InstallationOptions {
  settings?: SettingsParts;
  times?: Partial<SessionTimes>;
  /** On the disk of the database, as the service believes. */
  databaseDirectory?: string;
}

const HOST = '127.0.0.1';
const PASSWORD = 'secret';

export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  await using stack = new AsyncDisposableStack();
  const ports = { imap: await freePort(), imaps: await freePort() };
  const ground = stack.use(await openGround(firstSettings(ports, options.settings ?? {})));
  const { db, bus, nats, masterKey, blobs } = ground;
  const accounts: Record<string, number> = {};
  const addAccounts = async (...names: string[]): Promise<void> => {
    const folders = [{ name: 'Sent', specialUse: 'Sent' }];
    Object.assign(accounts, await createAccounts(db, names, { password: PASSWORD, folders }));
  };
  await addAccounts('anna', 'boris', 'clara');
  const environment = {
    ...ground.environment('imap'),
    ...(options.databaseDirectory && { POCHTAR_POSTGRES_DIR: options.databaseDirectory }),
  };
  const service = await start(processEnv.parse(environment), serviceContext('imap'));
  Object.assign(service.server.times, { refusalMs: 20 }, options.times);
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await service[Symbol.asyncDispose]();
  };
  stack.defer(stop);
  const opened = stack.move();
  const target = { host: HOST, ca: certificatePem, serverName: 'localhost' };
  const talk: Installation['talk'] = (text, { tls = false, variables = {} } = {}) =>
    transcript(text, { ...target, port: tls ? ports.imaps : ports.imap, tls, variables });
  return {
    ...{ db, bus, nats, masterKey, blobs, ports, accounts, environment },
    host: HOST,
    password: PASSWORD,
    server: service.server,
    sessions: service.sessions,
    stop,
    set: (parts) => ground.set(parts),
    deliver: (account, text, more = {}) => deliver({ db, blobs }, accounts[account] as number, text, more),
    talk,
    session: (account, text, connections = 1) => talk(opening(account, connections) + text),
    inbox: (account, text, connections = 1) => talk(opening(account, connections, 'SELECT INBOX') + text),
    newAccount: async () => {
      const name = `user${Object.keys(accounts).length}`;
      await addAccounts(name);
      return name;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function firstSettings(ports: Installation['ports'], parts: SettingsParts): SettingsParts {
  return {
    ...parts,
    network: { imapPort: ports.imap, accessInterfaces: [HOST], ...parts.network },
    accessEncryption: { imapsPort: ports.imaps, ...parts.accessEncryption },
    general: { defaultDomain: DOMAIN, ...parts.general },
    alerts: { diskLowWaterMb: 10, ...parts.alerts },
    limits: { failedLogins: 1000, ...parts.limits },
  };
}

/** The lines that log in, and run one command more. */
function opening(account: string, connections: number, command = 'NOOP'): string {
  return Array.from({ length: connections }, (_, index) => {
    const [client, server] = [`C${index + 1}`, `S${index + 1}`];
    return `${server}: * OK *\n${client}: login LOGIN ${account} ${PASSWORD}\n${server}: login OK *
      ${client}: opening ${command}\n${server}: ...\n${server}: opening OK *\n`;
  }).join('');
}

async function deliver(
  { db, blobs }: { db: Database; blobs: BlobStore },
  accountId: number,
  text: string | Buffer,
  { mailbox: name = INBOX, ...more }: Partial<NewMessage> & { mailbox?: string },
): Promise<number> {
  const mailbox = (await findMailbox(db, accountId, name)) as Mailbox;
  const message = await storedMessage(blobs, Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1'));
  const outcome = await appendMessages(db, mailbox.id, [{ ...message, ...more }]);
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  return outcome.uids[0] as number;
}

/** A message whose body is stored. */
export async function storedMessage(blobs: BlobStore, bytes: Buffer): Promise<NewMessage> {
  const content = await newContent(blobs, bytes);
  return { content, flags: 0, keywords: [], internalDate: new Date('2026-11-24T05:00:00Z') };
}
