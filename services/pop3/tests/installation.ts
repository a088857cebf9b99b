// The service in this process against a real Postgres, a real NATS and a directory volume of its own, with the
// accounts anna, boris and clara (disabled: dora) of demo.test.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bus, connectBus, type SettingsApplied, settingsApplied, settingsChanged } from '@pochtar/bus';
import { describeContent, MailScanner } from '@pochtar/mail';
import { Health, processEnv, silentLogger } from '@pochtar/runtime';
import { defaultDocument, type SectionName, type Settings } from '@pochtar/settings';
import { type BlobStore, ensureFirstVolume, openBlobStore } from '@pochtar/store/blob';
import { type Database, openDatabase } from '@pochtar/store/db';
import { createAccount, createDomain, hashPassword } from '@pochtar/store/directory';
import { appendMessages, findMailbox, INBOX, readUids } from '@pochtar/store/mailbox';
import { saveCertificate, saveSection, seedSections } from '@pochtar/store/settings';
import {
  certificatePem,
  createTestDatabase,
  eventually,
  freePort,
  keyPem,
  startTestNats,
  temporaryDirectory,
  type TestNats,
  transcript,
} from '@pochtar/testkit';
import type { Server, SessionTimes } from '../src/server.ts';
import { start } from '../src/service.ts';

export type SettingsParts = { [N in SectionName]?: Partial<Settings[N]> };
export type Replica = Awaited<ReturnType<typeof start>>;

export interface Installation extends AsyncDisposable {
  host: string;
  ports: { pop3: number; pop3s: number };
  /** Of every account. */
  password: string;
  /** As the owner of the schema. */
  db: Database;
  bus: Bus;
  nats: TestNats;
  volumePath: string;
  environment: Record<string, string>;
  /** Of the service under test. */
  server: Server;
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
const DOMAIN = 'demo.test';
const PASSWORD = 'se cret';

export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  await using stack = new AsyncDisposableStack();
  const ground = await prepare(stack, options.settings ?? {});
  const { db, bus, ports, accounts, environment } = ground;
  const applied: SettingsApplied[] = [];
  bus.subscribe(settingsApplied, (report) => void applied.push(report));
  await bus.connection.flush();
  const startReplica = async (): Promise<Replica> => {
    const context = { name: 'pop3', instance: randomUUID(), log: silentLogger(), health: new Health() };
    const replica = await start(processEnv.parse(environment), context);
    Object.assign(replica.server.times, { refusalMs: 0, ...options.times });
    return replica;
  };
  const first = stack.use(await startReplica());
  const { server } = first;
  const blobs = stack.use(await openBlobStore({ db, instance: randomUUID(), log: silentLogger() }));
  const opened = stack.move();
  const inbox = async (account: string) => {
    const mailbox = await findMailbox(db, accounts[account] ?? 0, INBOX);
    if (mailbox === null) throw new Error(`${account} has no INBOX`);
    return mailbox;
  };
  return {
    ...ground,
    host: HOST,
    password: PASSWORD,
    server,
    stop: async () => first[Symbol.asyncDispose](),
    startReplica: async () => opened.use(await startReplica()),
    set: (parts) => setSections(db, bus, applied, parts),
    async deliver(account, ...messages) {
      const { id } = await inbox(account);
      const stored = await Promise.all(
        messages.map((message) => contentOf(blobs, Buffer.from(message as string))),
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

type Ground = Pick<Installation, 'db' | 'bus' | 'nats' | 'ports' | 'accounts' | 'environment' | 'volumePath'>;

/** Postgres, NATS, a volume and their rows. */
async function prepare(stack: AsyncDisposableStack, parts: SettingsParts): Promise<Ground> {
  const testDatabase = stack.use(await createTestDatabase());
  const nats = stack.use(await startTestNats());
  const directory = stack.use(temporaryDirectory());
  const volumePath = join(directory.path, 'volume');
  mkdirSync(volumePath);
  const masterKey = randomBytes(32);
  const masterKeyFile = join(directory.path, 'master-key');
  writeFileSync(masterKeyFile, masterKey.toString('base64'));
  const db = stack.use(openDatabase({ url: testDatabase.url(), password: testDatabase.password }));
  await ensureFirstVolume(db, { name: 'first', kind: 'directory', config: { path: volumePath } });
  const notAfter = new Date('2126-01-01');
  const certificate = { id: 'generated', name: 'test', origin: 'generated' as const, notAfter };
  await saveCertificate(db, masterKey, { ...certificate, chainPem: certificatePem, keyPem });
  const accounts = await seedAccounts(db);
  const ports = { pop3: await freePort(), pop3s: await freePort() };
  await seedSections(db, {
    ...parts,
    network: { pop3Port: ports.pop3, accessInterfaces: [HOST], ...parts.network },
    accessEncryption: { pop3sPort: ports.pop3s, ...parts.accessEncryption },
    general: { defaultDomain: DOMAIN, ...parts.general },
    limits: { failedLogins: 1000, ...parts.limits },
  });
  const options = {
    url: nats.url,
    user: 'owner',
    password: nats.password,
    name: 'test',
    log: silentLogger(),
  };
  const bus = stack.use(await connectBus(options));
  const environment = {
    ...testDatabase.env('pop3'),
    ...nats.env('pop3'),
    POCHTAR_MASTER_KEY_FILE: masterKeyFile,
  };
  return { db, bus, nats, ports, accounts, environment, volumePath };
}

async function seedAccounts(db: Database): Promise<Record<string, number>> {
  const accounts: Record<string, number> = {};
  const passwordHash = await hashPassword(PASSWORD);
  await createDomain(db, DOMAIN);
  for (const name of ['anna', 'boris', 'clara', 'dora']) {
    const address = `${name}@${DOMAIN}`;
    const isEnabled = name !== 'dora';
    const made = await createAccount(db, 'all', {
      address,
      domain: DOMAIN,
      passwordHash,
      isEnabled,
      folders: [],
    });
    if (!made.isCreated) throw new Error(made.reason);
    accounts[name] = made.id;
  }
  return accounts;
}

async function contentOf(blobs: BlobStore, bytes: Buffer) {
  const id = randomUUID();
  const scanner = new MailScanner();
  scanner.write(bytes);
  return {
    id,
    blob: await blobs.put(id, bytes),
    sha256: createHash('sha256').update(bytes).digest(),
    description: describeContent(scanner.end()),
  };
}

async function setSections(
  db: Database,
  bus: Bus,
  applied: readonly SettingsApplied[],
  parts: SettingsParts,
): Promise<SettingsApplied[]> {
  const reports: SettingsApplied[] = [];
  for (const [name, part] of Object.entries(parts)) {
    const section = name as SectionName;
    const [row] = await db.query<{ document: object }>({
      text: 'select document from settings.section where name = $1',
      values: [section],
    });
    const document = { ...defaultDocument(section), ...row?.document, ...part };
    const { revision } = await saveSection(db, { section, document, author: 'test' });
    bus.emit(settingsChanged, { section, revision });
    const report = await eventually(
      () => applied.find((each) => each.section === section && each.revision === revision) ?? false,
      { timeout: 10_000 },
    );
    reports.push(report as SettingsApplied);
  }
  return reports;
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
