// What a service stands on in its tests: Postgres, NATS, a directory volume, a master key, a certificate, the domain
// demo.test, and settings that can be changed while it runs. Of its own: `@pochtar/testkit/ground`, so that tests of
// small things do not load the bus and the store.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Bus,
  connectBus,
  listsChanged,
  type SettingsApplied,
  settingsApplied,
  settingsChanged,
} from '@pochtar/bus';
import { describeContent, MailScanner } from '@pochtar/mail';
import { Health, type ServiceContext, silentLogger } from '@pochtar/runtime';
import { accessEntry, defaultDocument, type SectionName, type Settings } from '@pochtar/settings';
import { type BlobStore, ensureFirstVolume, openBlobStore } from '@pochtar/store/blob';
import type { NewContent } from '@pochtar/store/content';
import { type Database, openDatabase } from '@pochtar/store/db';
import {
  createAccount,
  createDomain,
  createName,
  hashPassword,
  type NewAccount,
} from '@pochtar/store/directory';
import { addEntries, listEntries, listRevision, removeEntries } from '@pochtar/store/lists';
import { saveCertificate, saveSection, seedSections } from '@pochtar/store/settings';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { startTestNats, type TestNats } from './nats.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { certificatePem, keyPem } from './test-certificate.ts';

export const DOMAIN = 'demo.test';

export type SettingsParts = { [N in SectionName]?: Partial<Settings[N]> };

export interface TestLists {
  white?: readonly string[];
  black?: readonly string[];
}

export interface Ground extends AsyncDisposable {
  database: TestDatabase;
  nats: TestNats;
  /** Everything, as the owner of the schema. */
  db: Database;
  /** As the owner. */
  bus: Bus;
  blobs: BlobStore;
  masterKey: Buffer;
  volumePath: string;
  spoolDirectory: string;
  /** What services have reported of their settings. */
  applied: readonly SettingsApplied[];
  /** What a process of this program needs. */
  environment(program: string): Record<string, string>;
  /** Saves parts of sections and tells the bus; answers their revisions. */
  save(parts: SettingsParts): Promise<{ section: SectionName; revision: number }[]>;
  /** The same, and waits for the first report of each. */
  set(parts: SettingsParts): Promise<SettingsApplied[]>;
  /** Makes these all entries of both lists, and tells the bus; answers their revision. */
  saveLists(lists: TestLists): Promise<number>;
  /** The same, and waits for the first report. */
  setLists(lists: TestLists): Promise<void>;
}

/** `await using ground = await openGround({ general: { defaultDomain: DOMAIN } })` */
export async function openGround(settings: SettingsParts = {}): Promise<Ground> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createTestDatabase());
  const nats = stack.use(await startTestNats());
  const directory = stack.use(temporaryDirectory());
  const [volumePath, spoolDirectory] = [join(directory.path, 'volume'), join(directory.path, 'spool')];
  mkdirSync(volumePath);
  mkdirSync(spoolDirectory);
  const masterKey = randomBytes(32);
  const masterKeyFile = join(directory.path, 'master-key');
  writeFileSync(masterKeyFile, masterKey.toString('base64'));
  const db = stack.use(openDatabase({ url: database.url(), password: database.password }));
  await ensureFirstVolume(db, { name: 'first', kind: 'directory', config: { path: volumePath } });
  const notAfter = new Date('2126-01-01');
  const certificate = { id: 'generated', name: 'test', origin: 'generated' as const, notAfter };
  await saveCertificate(db, masterKey, { ...certificate, chainPem: certificatePem, keyPem });
  await createDomain(db, DOMAIN);
  await seedSections(db, settings);
  const log = silentLogger();
  const blobs = stack.use(await openBlobStore({ db, instance: randomUUID(), log }));
  const owner = { url: nats.url, user: 'owner', password: nats.password, name: 'test', log };
  const bus = stack.use(await connectBus(owner));
  const applied: SettingsApplied[] = [];
  bus.subscribe(settingsApplied, (report) => void applied.push(report));
  await bus.connection.flush();
  const save = (parts: SettingsParts) => saveParts(db, bus, parts);
  const opened = stack.move();
  return {
    ...{ database, nats, db, bus, blobs, masterKey, volumePath, spoolDirectory, applied, save },
    environment: (program) => ({
      ...database.env(program),
      ...nats.env(program),
      POCHTAR_MASTER_KEY_FILE: masterKeyFile,
      POCHTAR_SPOOL_DIR: spoolDirectory,
    }),
    async set(parts) {
      const saved = await save(parts);
      return Promise.all(saved.map((one) => eventually(() => reportOf(applied, one))));
    },
    saveLists: (lists) => saveLists(db, bus, lists),
    async setLists(lists) {
      const revision = await saveLists(db, bus, lists);
      await eventually(() => reportOf(applied, { section: 'lists', revision }));
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function saveLists(db: Database, bus: Bus, lists: TestLists): Promise<number> {
  for (const list of ['white', 'black'] as const) {
    const there = await listEntries(db, list, {}, { limit: 1000 });
    await removeEntries(
      db,
      list,
      there.map(({ value }) => value),
    );
    const entries = (lists[list] ?? []).map((value) => ({
      kind: accessEntry(value)?.kind ?? ('domain' as const),
      ...{ value, comment: '', expiresAt: null },
    }));
    await addEntries(db, list, entries, 'test');
  }
  const revision = await listRevision(db);
  bus.emit(listsChanged, { revision });
  return revision;
}

async function saveParts(
  db: Database,
  bus: Bus,
  parts: SettingsParts,
): Promise<{ section: SectionName; revision: number }[]> {
  const saved: { section: SectionName; revision: number }[] = [];
  for (const [name, part] of Object.entries(parts)) {
    const section = name as SectionName;
    const [row] = await db.query<{ document: object }>({
      text: 'select document from settings.section where name = $1',
      values: [section],
    });
    const document = { ...defaultDocument(section), ...row?.document, ...part };
    const { revision } = await saveSection(db, { section, document, author: 'test' });
    bus.emit(settingsChanged, { section, revision });
    saved.push({ section, revision });
  }
  return saved;
}

function reportOf(
  applied: readonly SettingsApplied[],
  saved: { section: string; revision: number },
): SettingsApplied {
  const report = applied.find((one) => one.section === saved.section && one.revision === saved.revision);
  if (report === undefined) throw new Error(`nobody has reported ${saved.section} ${saved.revision} yet`);
  return report;
}

/** What `run` hands to a service's start. POCHTAR_TEST_LOG=1 shows the log. */
export function serviceContext(name: string): ServiceContext {
  const log = silentLogger();
  if (process.env['POCHTAR_TEST_LOG']) log.level = 'info';
  return { name, instance: randomUUID(), log, health: new Health() };
}

/** Accounts of demo.test with INBOX; answers their ids by name. */
export async function createAccounts<Name extends string>(
  db: Database,
  names: readonly Name[],
  more: { password?: string; disabled?: Name; folders?: NewAccount['folders'] } = {},
): Promise<Record<Name, number>> {
  const passwordHash = more.password === undefined ? null : await hashPassword(more.password);
  const ids: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const made = await createAccount(db, 'all', {
      address: `${name}@${DOMAIN}`,
      domain: DOMAIN,
      passwordHash,
      folders: more.folders ?? [],
      isEnabled: name !== more.disabled,
    });
    if (!made.isCreated) throw new Error(`${name}: ${made.reason}`);
    ids[name] = made.id;
  }
  return ids as Record<Name, number>;
}

/** A small organisation: anna, boris (disabled: carla), the alias office for anna and the group all. */
export async function createOrganisation(
  db: Database,
  password?: string,
): Promise<Record<'anna' | 'boris' | 'carla', number>> {
  const ids = await createAccounts(db, ['anna', 'boris', 'carla'], {
    disabled: 'carla',
    ...(password && { password }),
  });
  const [anna, boris] = [`anna@${DOMAIN}`, `boris@${DOMAIN}`];
  const office = { kind: 'alias', address: `office@${DOMAIN}`, targets: [anna] } as const;
  const all = { kind: 'group', address: `all@${DOMAIN}`, targets: [anna, boris] } as const;
  for (const name of [office, all]) await createName(db, 'all', { ...name, domain: DOMAIN });
  return ids;
}

/** Stores a body as acceptance does; its row is the caller's. */
export async function newContent(
  blobs: BlobStore,
  bytes: Buffer,
  id: string = randomUUID(),
): Promise<NewContent> {
  const scanner = new MailScanner();
  scanner.write(bytes);
  const sha256 = createHash('sha256').update(bytes).digest();
  return {
    id,
    blob: await blobs.put(id, bytes, sha256),
    sha256,
    description: describeContent(scanner.end()),
  };
}
