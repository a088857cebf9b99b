// The service in this process against a real Postgres, a real NATS and a directory volume of its own, with the
// accounts anna, boris and clara of demo.test.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bus, connectBus, type SettingsApplied, settingsApplied, settingsChanged } from '@pochtar/bus';
import { describeContent, MailScanner } from '@pochtar/mail';
import { Health, processEnv, silentLogger } from '@pochtar/runtime';
import { defaultDocument, type SectionName, type Settings } from '@pochtar/settings';
import { type BlobStore, ensureFirstVolume, openBlobStore } from '@pochtar/store/blob';
import { type Database, openDatabase } from '@pochtar/store/db';
import { createAccount, createDomain, hashPassword } from '@pochtar/store/directory';
import { appendMessages, findMailbox, INBOX, type Mailbox, type NewMessage } from '@pochtar/store/mailbox';
import { saveCertificate, saveSection, seedSections } from '@pochtar/store/settings';
import {
  createTestDatabase,
  eventually,
  freePort,
  startTestNats,
  temporaryDirectory,
  type TestNats,
  transcript,
} from '@pochtar/testkit';
import type { Server, SessionTimes } from '../src/server.ts';
import { start } from '../src/service.ts';
import { certificatePem, keyPem } from './certificate.ts';

export type SettingsParts = { [N in SectionName]?: Partial<Settings[N]> };

export interface Installation extends AsyncDisposable {
  host: string;
  ports: { imap: number; imaps: number };
  /** Of every account. */
  password: string;
  /** As the owner of the schema. */
  db: Database;
  bus: Bus;
  nats: TestNats;
  blobs: BlobStore;
  /** Of the service under test. */
  server: Server;
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
}

const HOST = '127.0.0.1';
const DOMAIN = 'demo.test';
const PASSWORD = 'secret';

interface Ground {
  db: Database;
  bus: Bus;
  nats: TestNats;
  ports: Installation['ports'];
  accounts: Record<string, number>;
  environment: Record<string, string>;
  newAccount: (name: string) => Promise<void>;
}

/** Postgres, NATS, a volume and their rows. */
async function prepare(stack: AsyncDisposableStack, parts: SettingsParts): Promise<Ground> {
  const testDatabase = stack.use(await createTestDatabase());
  const nats = stack.use(await startTestNats());
  const directory = stack.use(temporaryDirectory());
  const [volumePath, spoolDirectory] = [join(directory.path, 'volume'), join(directory.path, 'spool')];
  mkdirSync(volumePath);
  mkdirSync(spoolDirectory);
  const masterKey = randomBytes(32);
  const masterKeyFile = join(directory.path, 'master-key');
  writeFileSync(masterKeyFile, masterKey.toString('base64'));
  const db = stack.use(openDatabase({ url: testDatabase.url(), password: testDatabase.password }));
  await ensureFirstVolume(db, { name: 'first', kind: 'directory', config: { path: volumePath } });
  await saveCertificate(db, masterKey, {
    id: 'generated',
    name: 'test',
    chainPem: certificatePem,
    keyPem,
    origin: 'generated',
    notAfter: new Date('2126-01-01'),
  });
  const accounts: Record<string, number> = {};
  const passwordHash = await hashPassword(PASSWORD);
  await createDomain(db, DOMAIN);
  const newAccount = async (name: string): Promise<void> => {
    const address = `${name}@${DOMAIN}`;
    const folders = [{ name: 'Sent', specialUse: 'Sent' }];
    const made = await createAccount(db, 'all', { address, domain: DOMAIN, passwordHash, folders });
    if (!made.isCreated) throw new Error(made.reason);
    accounts[name] = made.id;
  };
  for (const name of ['anna', 'boris', 'clara']) await newAccount(name);
  const ports = { imap: await freePort(), imaps: await freePort() };
  await seedSections(db, {
    ...parts,
    network: { imapPort: ports.imap, accessInterfaces: [HOST], ...parts.network },
    accessEncryption: { imapsPort: ports.imaps, ...parts.accessEncryption },
    general: { defaultDomain: DOMAIN, ...parts.general },
    alerts: { diskLowWaterMb: 10, ...parts.alerts },
    limits: { failedLogins: 1000, ...parts.limits },
  });
  const bus = stack.use(
    await connectBus({
      url: nats.url,
      user: 'owner',
      password: nats.password,
      name: 'test',
      log: silentLogger(),
    }),
  );
  const environment = {
    ...testDatabase.env('imap'),
    ...nats.env('imap'),
    POCHTAR_MASTER_KEY_FILE: masterKeyFile,
    POCHTAR_SPOOL_DIR: spoolDirectory,
  };
  return { db, bus, nats, ports, accounts, environment, newAccount };
}

export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  await using stack = new AsyncDisposableStack();
  const ground = await prepare(stack, options.settings ?? {});
  const { db, bus, ports, accounts, environment } = ground;
  const applied: SettingsApplied[] = [];
  bus.subscribe(settingsApplied, (report) => void applied.push(report));
  await bus.connection.flush();
  const log = silentLogger();
  const context = { name: 'imap', instance: randomUUID(), log, health: new Health() };
  const service = await start(processEnv.parse(environment), context);
  Object.assign(service.server.times, { refusalMs: 20 }, options.times);
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await service[Symbol.asyncDispose]();
  };
  stack.defer(stop);
  const blobs = stack.use(await openBlobStore({ db, instance: randomUUID(), log }));
  const opened = stack.move();
  const target = { host: HOST, ca: certificatePem, serverName: 'localhost' };
  const talk: Installation['talk'] = (text, { tls = false, variables = {} } = {}) =>
    transcript(text, { ...target, port: tls ? ports.imaps : ports.imap, tls, variables });
  return {
    ...ground,
    host: HOST,
    password: PASSWORD,
    blobs,
    server: service.server,
    stop,
    set: (parts) => setSections({ db, bus, applied }, parts),
    deliver: (account, text, more = {}) => deliver({ db, blobs }, accounts[account] as number, text, more),
    talk,
    session: (account, text, connections = 1) => talk(opening(account, connections) + text),
    inbox: (account, text, connections = 1) => talk(opening(account, connections, 'SELECT INBOX') + text),
    newAccount: async () => {
      const name = `user${Object.keys(accounts).length}`;
      await ground.newAccount(name);
      return name;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
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
  const scanner = new MailScanner();
  scanner.write(bytes);
  const id = randomUUID();
  const blob = await blobs.put(id, bytes);
  const content = { id, blob, sha256: Buffer.alloc(32), description: describeContent(scanner.end()) };
  return { content, flags: 0, keywords: [], internalDate: new Date('2026-11-24T05:00:00Z') };
}

async function setSections(
  { db, bus, applied }: { db: Database; bus: Bus; applied: SettingsApplied[] },
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
    const isReport = (report: SettingsApplied): boolean =>
      report.section === section && report.revision === revision;
    reports.push(await eventually(() => applied.find(isReport) ?? failNow(), { timeout: 10_000 }));
  }
  return reports;
}

function failNow(): never {
  throw new Error('the service has not reported yet');
}
