// The service in this process against a real Postgres, a real NATS and a directory volume of its own, with the
// accounts anna, boris and clara (disabled: dora) of demo.test.
import type { Bus, SettingsApplied } from '@pochtar/bus';
import { processEnv } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import { appendMessages, findMailbox, INBOX, readUids } from '@pochtar/store/mailbox';
import { freePort, type TestNats, transcript } from '@pochtar/testkit';
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
import type { Pop3Session } from '../src/session.ts';

export type Replica = Awaited<ReturnType<typeof start>>;

export interface Installation extends AsyncDisposable {
  host: string;
  ports: { pop3: number; pop3s: number };
  /** Of every account. */
  password: string;
  /** As the owner of the schema. */
  db: Database;
  masterKey: Buffer;
  bus: Bus;
  nats: TestNats;
  volumePath: string;
  environment: Record<string, string>;
  /** Of the service under test. */
  server: Server;
  sessions: ReadonlySet<Pop3Session>;
  /** Ids by name. */
  accounts: Record<string, number>;
  /** Stops the service under test, as SIGTERM does. */
  stop(): Promise<void>;
  /** A second process of the same installation, in this one. */
  startReplica(): Promise<Replica>;
  /** Saves parts of sections; answers the reports of the service. */
  set(parts: SettingsParts): Promise<SettingsApplied[]>;
  /** Puts messages into an account's INBOX. */
  deliver(account: string, ...messages: (string | Buffer)[]): Promise<void>;
  /** Removes every message of every account. */
  emptyMaildrops(): Promise<void>;
  /** What is in an account's INBOX. */
  uids(account: string): Promise<number[]>;
  /** Runs a transcript. */
  talk(text: string, options?: TalkOptions): Promise<Record<string, string>>;
}

export interface TalkOptions {
  tls?: boolean;
  port?: number;
  variables?: Record<string, string>;
  timeoutMs?: number;
}

export interface InstallationOptions {
  settings?: SettingsParts;
  times?: Partial<SessionTimes>;
}

const HOST = '127.0.0.1';
const PASSWORD = 'se cret';

export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  await using stack = new AsyncDisposableStack();
  const ports = { pop3: await freePort(), pop3s: await freePort() };
  const ground = stack.use(await openGround(firstSettings(ports, options.settings ?? {})));
  const { db, bus, nats, blobs, volumePath, masterKey } = ground;
  const accounts: Record<string, number> = await createAccounts(db, ['anna', 'boris', 'clara', 'dora'], {
    password: PASSWORD,
    disabled: 'dora',
  });
  const environment = ground.environment('pop3');
  const startReplica = async (): Promise<Replica> => {
    const replica = await start(processEnv.parse(environment), serviceContext('pop3'));
    Object.assign(replica.server.times, { refusalMs: 0, ...options.times });
    return replica;
  };
  const first = stack.use(await startReplica());
  const { server, sessions } = first;
  const opened = stack.move();
  const inbox = async (account: string) => {
    const mailbox = await findMailbox(db, accounts[account] ?? 0, INBOX);
    if (mailbox === null) throw new Error(`${account} has no INBOX`);
    return mailbox;
  };
  return {
    ...{ db, bus, nats, ports, accounts, environment, volumePath, masterKey },
    host: HOST,
    password: PASSWORD,
    server,
    sessions,
    stop: async () => first[Symbol.asyncDispose](),
    startReplica: async () => opened.use(await startReplica()),
    set: (parts) => ground.set(parts),
    async deliver(account, ...messages) {
      const { id } = await inbox(account);
      const stored = await Promise.all(
        messages.map((message) => newContent(blobs, Buffer.from(message as string))),
      );
      const internalDate = new Date();
      const rows = stored.map((content) => ({ content, flags: 0, keywords: [], internalDate }));
      const outcome = await appendMessages(db, id, rows);
      if (outcome.kind !== 'appended') throw new Error(outcome.kind);
    },
    async emptyMaildrops() {
      await db.query({ text: 'delete from store.message' });
      await db.query({ text: 'update store.mailbox set exists_count = 0, unseen_count = 0, bytes = 0' });
    },
    async uids(account) {
      return [...(await readUids(db, (await inbox(account)).id))];
    },
    talk: (text, { tls = false, port, variables = {}, timeoutMs } = {}) =>
      transcript(text, {
        host: HOST,
        port: port ?? (tls ? ports.pop3s : ports.pop3),
        tls,
        variables: { password: PASSWORD, ...variables },
        ...(timeoutMs !== undefined && { timeoutMs }),
      }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function firstSettings(ports: Installation['ports'], parts: SettingsParts): SettingsParts {
  return {
    ...parts,
    network: { pop3Port: ports.pop3, accessInterfaces: [HOST], ...parts.network },
    accessEncryption: { pop3sPort: ports.pop3s, ...parts.accessEncryption },
    general: { defaultDomain: DOMAIN, ...parts.general },
    limits: { failedLogins: 1000, ...parts.limits },
  };
}

/** The lines of a transcript that log in; `connection` is its number, '' for the first. */
export function login(name: string, connection = ''): string {
  return `
    C${connection}: USER ${name}
    S${connection}: +OK ready
    S${connection}: +OK *
    C${connection}: PASS $password
    S${connection}: +OK *
  `;
}
