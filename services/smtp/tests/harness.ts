// The service in this process against a real Postgres, a real NATS and a directory volume of its own, set up as a
// small organisation: demo.test with anna, boris (disabled: carla), the alias office and the group all.
import { readdirSync } from 'node:fs';
import { type Bus, directoryChanged, type SettingsApplied } from '@pochtar/bus';
import { type Health, processEnv, type ServiceContext } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import { type FakeDns, freePort, startFakeDns, type TestNats } from '@pochtar/testkit';
import {
  createOrganisation,
  openGround,
  serviceContext,
  type SettingsParts,
  type TestLists,
} from '@pochtar/testkit/ground';
import { start, type StartOptions } from '../src/service.ts';

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
  /** What the service asks; an address without a record there has no name. */
  dns: FakeDns;
  spoolDirectory: string;
  bus: Bus;
  applied: readonly SettingsApplied[];
  health: Health;
  /** The directory of the volume. */
  volumeDirectory: string;
  /** Saves parts of sections and waits until the service has reported them; answers the reports. */
  set(parts: SettingsParts): Promise<SettingsApplied[]>;
  /** Makes these all entries of both lists and waits until the service has them. */
  setLists(lists: TestLists): Promise<void>;
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
  /** On the disk of the database, as the service believes. */
  databaseDirectory?: string;
  /** Gives the host and port by which the service reaches Postgres. */
  postgresThrough?: (target: { host: string; port: number }) => Promise<{ port: number }>;
}

const HOST = '127.0.0.1';
const PASSWORD = 'correct horse';

export async function startSmtp(options: HarnessOptions = {}): Promise<SmtpHarness> {
  await using stack = new AsyncDisposableStack();
  const ports = { mx: await freePort(), submission: await freePort(), smtps: await freePort() };
  const ground = stack.use(await openGround(firstSettings(ports, options.settings ?? {})));
  const { database, nats, db, bus, blobs, masterKey, spoolDirectory, applied } = ground;
  await createOrganisation(db, PASSWORD);
  const dns = stack.use(await startFakeDns());
  const environment = {
    ...ground.environment('smtp'),
    POCHTAR_DNS_SERVERS: dns.address,
    POCHTAR_POSTGRES_URL: await urlThrough(database.url('smtp'), options.postgresThrough),
    ...(options.databaseDirectory && { POCHTAR_POSTGRES_DIR: options.databaseDirectory }),
  };
  const startOne = (context: ServiceContext, more: StartOptions = {}): Promise<AsyncDisposable> =>
    start(processEnv.parse(environment), context, { ...options, ...more });
  const context = serviceContext('smtp');
  let service: AsyncDisposable | null = await startOne(context);
  const stop = async (): Promise<void> => {
    const running = service;
    service = null;
    await running?.[Symbol.asyncDispose]();
  };
  stack.defer(stop);
  const opened = stack.move();
  return {
    ...{ ports, db, bus, nats, dns, masterKey, spoolDirectory, environment, applied },
    host: HOST,
    health: context.health,
    volumeDirectory: ground.volumePath,
    password: PASSWORD,
    superuserUrl: database.superuserUrl,
    stop,
    startReplica: async (more) => opened.use(await startOne(serviceContext('smtp'), more)),
    set: (parts) => ground.set(parts),
    setLists: (lists) => ground.setLists(lists),
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
