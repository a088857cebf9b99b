// The service in this process against a real Postgres, a real NATS and a directory volume of its own, set up as a
// small organisation: demo.test with anna, boris (disabled: carla), the alias office and the group all.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Health, silentLogger, processEnv } from '@pochtar/runtime';
import type { Settings, SectionName } from '@pochtar/settings';
import { defaultDocument } from '@pochtar/settings';
import { ensureFirstVolume, openBlobStore } from '@pochtar/store/blob';
import { type Database, openDatabase } from '@pochtar/store/db';
import { createAccount, createDomain, createName, hashPassword } from '@pochtar/store/directory';
import { saveCertificate, saveSection, seedSections } from '@pochtar/store/settings';
import {
  createTestDatabase,
  eventually,
  freePort,
  startTestNats,
  temporaryDirectory,
  type TestNats,
} from '@pochtar/testkit';
import {
  connectBus,
  directoryChanged,
  settingsApplied,
  settingsChanged,
  type SettingsApplied,
} from '@pochtar/bus';
import { start, type StartOptions } from '../src/service.ts';
import { certificatePem, keyPem } from './certificate.ts';

export type SettingsParts = { [N in SectionName]?: Partial<Settings[N]> };

export interface SmtpHarness extends AsyncDisposable {
  host: string;
  ports: { mx: number; submission: number; smtps: number };
  /** The password of every account. */
  password: string;
  /** Everything, as the owner of the schema. */
  db: Database;
  superuserUrl: string;
  masterKey: Buffer;
  nats: TestNats;
  spoolDirectory: string;
  bus: Awaited<ReturnType<typeof connectBus>>;
  applied: SettingsApplied[];
  /** Saves parts of sections and waits until the service has reported them; answers the reports. */
  set(parts: SettingsParts): Promise<SettingsApplied[]>;
  /** A second process of the same installation, in this one. */
  startReplica(options?: StartOptions): Promise<AsyncDisposable>;
  /** The environment a process of its own needs. */
  environment: Record<string, string>;
  /** Stops the service as SIGTERM does. */
  stop(): Promise<void>;
  /** What is queued, oldest first, with its stored bytes. */
  mails(): Promise<StoredMail[]>;
}

export interface StoredMail {
  id: string;
  reversePath: string;
  origin: string;
  protocol: string;
  helo: string;
  body: string | null;
  smtpUtf8: boolean;
  dsnReturn: string | null;
  dsnEnvelopeId: string | null;
  slip: string[];
  step: string;
  accountId: number | null;
  clientAddress: string;
  size: number;
  removed: number[] | null;
  recipients: {
    address: string;
    accountId: number | null;
    notify: string | null;
    originalRecipient: string | null;
  }[];
  bytes: Buffer;
}

export interface HarnessOptions extends StartOptions {
  settings?: SettingsParts;
  /** Gives the host and port by which the service reaches Postgres. */
  postgresThrough?: (target: { host: string; port: number }) => Promise<{ port: number }>;
}

const HOST = '127.0.0.1';
const PASSWORD = 'correct horse';

export async function startSmtp(options: HarnessOptions = {}): Promise<SmtpHarness> {
  await using stack = new AsyncDisposableStack();
  const testDatabase = stack.use(await createTestDatabase());
  const nats = stack.use(await startTestNats());
  const directory = stack.use(temporaryDirectory());
  const [volumePath, spoolDirectory] = [join(directory.path, 'volume'), join(directory.path, 'spool')];
  mkdirSync(volumePath);
  mkdirSync(spoolDirectory);
  const masterKeyFile = join(directory.path, 'master-key');
  const masterKey = randomBytes(32);
  writeFileSync(masterKeyFile, masterKey.toString('base64'));
  const db = stack.use(openDatabase({ url: testDatabase.url(), password: testDatabase.password, max: 2 }));
  const ports = { mx: await freePort(), submission: await freePort(), smtps: await freePort() };
  await ensureFirstVolume(db, { name: 'first', kind: 'directory', config: { path: volumePath } });
  await saveCertificate(db, masterKey, {
    id: 'generated',
    name: 'test',
    chainPem: certificatePem,
    keyPem,
    origin: 'generated',
    notAfter: new Date('2126-01-01'),
  });
  await seedDirectory(db);
  await seedSections(db, firstSettings(ports, options.settings ?? {}));

  const owner = stack.use(
    await connectBus({
      url: nats.url,
      user: 'owner',
      password: nats.password,
      name: 'test',
      log: silentLogger(),
    }),
  );
  const applied: SettingsApplied[] = [];
  owner.subscribe(settingsApplied, (report) => void applied.push(report));
  await owner.connection.flush();

  const postgresUrl = await urlThrough(testDatabase.url('smtp'), options.postgresThrough);
  const environment = {
    ...testDatabase.env('smtp'),
    POCHTAR_POSTGRES_URL: postgresUrl,
    ...nats.env('smtp'),
    POCHTAR_MASTER_KEY_FILE: masterKeyFile,
    POCHTAR_SPOOL_DIR: spoolDirectory,
  };
  const startOne = (more: StartOptions = {}): Promise<AsyncDisposable> => {
    const context = { name: 'smtp', instance: randomUUID(), log: silentLogger(), health: new Health() };
    return start(processEnv.parse(environment), context, { ...options, ...more });
  };
  let service: AsyncDisposable | null = await startOne();
  const stop = async (): Promise<void> => {
    const running = service;
    service = null;
    await running?.[Symbol.asyncDispose]();
  };
  stack.defer(stop);
  const blobs = stack.use(await openBlobStore({ db, instance: randomUUID(), log: silentLogger() }));
  const opened = stack.move();
  return {
    host: HOST,
    ports,
    password: PASSWORD,
    db,
    superuserUrl: testDatabase.superuserUrl,
    masterKey,
    nats,
    spoolDirectory,
    environment,
    bus: owner,
    applied,
    stop,
    startReplica: async (more) => opened.use(await startOne(more)),
    set: (parts) => setSections({ db, bus: owner, applied }, parts),
    mails: () => storedMails(db, (reference) => blobs.read(reference)),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function urlThrough(url: string, through: HarnessOptions['postgresThrough']): Promise<string> {
  if (!through) return url;
  const changed = new URL(url);
  const { port } = await through({ host: changed.hostname, port: Number(changed.port) });
  changed.hostname = '127.0.0.1';
  changed.port = String(port);
  return changed.href;
}

function firstSettings(ports: SmtpHarness['ports'], parts: SettingsParts): SettingsParts {
  return {
    ...parts,
    network: {
      smtpPort: ports.mx,
      submissionPort: ports.submission,
      smtpInterfaces: [HOST],
      ...parts.network,
    },
    smtpEncryption: { smtpsPort: ports.smtps, ...parts.smtpEncryption },
    general: { heloName: 'mx.demo.test', defaultDomain: 'demo.test', ...parts.general },
    alerts: { diskLowWaterMb: 10, ...parts.alerts },
  };
}

async function seedDirectory(db: Database): Promise<void> {
  const domain = 'demo.test';
  await createDomain(db, domain);
  const passwordHash = await hashPassword(PASSWORD);
  for (const name of ['anna', 'boris', 'carla']) {
    const address = `${name}@${domain}`;
    const made = await createAccount(db, 'all', {
      address,
      domain,
      passwordHash,
      folders: [],
      isEnabled: name !== 'carla',
    });
    if (!made.isCreated) throw new Error(`${address}: ${made.reason}`);
  }
  await createName(db, 'all', {
    kind: 'alias',
    address: `office@${domain}`,
    domain,
    targets: [`anna@${domain}`],
  });
  await createName(db, 'all', {
    kind: 'group',
    address: `all@${domain}`,
    domain,
    targets: [`anna@${domain}`, `boris@${domain}`],
  });
}

async function setSections(
  { db, bus, applied }: { db: Database; bus: SmtpHarness['bus']; applied: SettingsApplied[] },
  parts: SettingsParts,
): Promise<SettingsApplied[]> {
  const reports: SettingsApplied[] = [];
  for (const [section, part] of Object.entries(parts)) {
    const [row] = await db.query<{ document: object }>({
      text: 'select document from settings.section where name = $1',
      values: [section],
    });
    const document = { ...defaultDocument(section as SectionName), ...row?.document, ...part };
    const { revision } = await saveSection(db, { section: section as SectionName, document, author: 'test' });
    bus.emit(settingsChanged, { section, revision });
    reports.push(
      (await eventually(
        () => applied.find((report) => report.section === section && report.revision === revision) ?? false,
        { timeout: 10_000 },
      )) as SettingsApplied,
    );
  }
  return reports;
}

async function storedMails(
  db: Database,
  read: (reference: { packId: string; offset: number; length: number }) => Promise<Buffer>,
): Promise<StoredMail[]> {
  const rows = await db.query<Omit<StoredMail, 'bytes'> & { packId: string; offset: number; length: number }>(
    {
      text: `select m.id, m.reverse_path as "reversePath", m.origin, m.protocol, m.helo, m.body, m.smtp_utf8 as "smtpUtf8",
        m.dsn_return as "dsnReturn", m.dsn_envelope_id as "dsnEnvelopeId", m.slip, m.step, m.account_id as "accountId",
        host(m.client_address) as "clientAddress", m.size, c.removed, c.pack_id as "packId", c.pack_offset as offset, c.length,
        (select json_agg(json_build_object('address', r.address, 'accountId', r.account_id, 'notify', r.notify,
          'originalRecipient', r.original_recipient) order by r.address)
          from queue.recipient r where r.mail_id = m.id) as recipients
      from queue.mail m join store.content c on c.id = m.content_id order by m.id`,
    },
  );
  const mails: StoredMail[] = [];
  for (const { packId, offset, length, ...mail } of rows) {
    mails.push({ ...mail, bytes: await read({ packId, offset, length }) });
  }
  return mails;
}

/** Tells the service of a change of the directory, as the settings process does. */
export async function tellDirectory(harness: SmtpHarness, addresses: string[]): Promise<void> {
  await harness.bus.publish(directoryChanged, { addresses });
}

export function filesIn(directory: string): string[] {
  return readdirSync(directory);
}
