import { defaultDocument, openSettings, type SectionName, sectionNames } from '@pochtar/settings';
import { createTestDatabase, temporaryDirectory, type TestDatabase } from '@pochtar/testkit';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase, sqlState, type Statement } from '../db.ts';
import {
  deleteCertificate,
  listCertificates,
  openSecret,
  putSecret,
  readCertificate,
  readHistory,
  readMasterKey,
  readRevision,
  readRevisions,
  readSecret,
  readSections,
  readServerCertificates,
  saveCertificate,
  saveSection,
  sealSecret,
  secretNames,
  seedSections,
  settingsRows,
  writeSection,
} from './index.ts';

let testDatabase: TestDatabase;
let db: Database;
const key = randomBytes(32);

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = as('settings');
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

function as(role: string): Database {
  return openDatabase({ url: testDatabase.url(role), password: testDatabase.password, max: 4 });
}

describe('sections', () => {
  test('seeding gives every section a first revision, once', async () => {
    expect(await seedSections(db, { network: { smtpPort: 2525 } })).toEqual(sectionNames);
    expect(await seedSections(db, { network: { smtpPort: 1 } })).toEqual([]);
    const [network] = await readSections(db, ['network']);
    expect(network).toMatchObject({
      revision: 1,
      document: { ...defaultDocument('network'), smtpPort: 2525 },
    });
    expect(await readRevisions(db)).toHaveLength(sectionNames.length);
  });

  test('a save makes the next revision and keeps the one before', async () => {
    const document = defaultDocument('queue');
    const changed = { ...document, runIntervalMinutes: 5 };
    expect(
      await saveSection(db, { section: 'queue', document: changed, author: 'anna', expectedRevision: 1 }),
    ).toEqual({
      isSaved: true,
      revision: 2,
    });
    expect(await readHistory(db, 'queue', { limit: 10 })).toMatchObject([
      { revision: 2, author: 'anna', document: changed },
      { revision: 1, author: 'first start', document },
    ]);
    expect(await readHistory(db, 'queue', { limit: 10, before: 2 })).toHaveLength(1);
    expect(await readRevision(db, 'queue', 1)).toMatchObject({ document });
    expect(await readRevision(db, 'queue', 9)).toBeNull();
  });

  test('a save is one statement within its transaction, and the oldest of a thousand revisions goes', async () => {
    await db.transaction(async (tx) => {
      await tx.query({
        text: `insert into settings.section (name, revision, document, author) values ('many', 1000, '{}', 'test')`,
      });
      await tx.query({
        text: `insert into settings.history (section, revision, document, author, changed_at)
          select 'many', n, '{}', 'test', now() from generate_series(1, 1000) n`,
      });
      let asked = 0;
      const counting = {
        query: <Row>(statement: Statement) => {
          asked++;
          return tx.query<Row>(statement);
        },
      };
      const change = { section: 'many' as SectionName, document: {}, author: 'test' };
      expect(await writeSection(counting, change)).toBe(1001);
      expect(asked).toBe(1);
      const [left] = await tx.query({
        text: `select min(revision)::int as first, count(*)::int as count from settings.history where section = 'many'`,
      });
      expect(left).toEqual({ first: 2, count: 1000 });
      // No section that anybody knows.
      await tx.query({ text: `delete from settings.history where section = 'many'` });
      await tx.query({ text: `delete from settings.section where name = 'many'` });
    });
  });

  test('a save from an old revision is refused and changes nothing', async () => {
    const before = await readSections(db, ['queue']);
    const change = {
      section: 'queue' as const,
      document: defaultDocument('queue'),
      author: 'b',
      expectedRevision: 1,
    };
    expect(await saveSection(db, change)).toEqual({ isSaved: false, revision: 2 });
    expect(await readSections(db, ['queue'])).toEqual(before);
  });

  test('of many concurrent saves each gets a revision of its own, without gaps', async () => {
    const document = defaultDocument('trace');
    const saves = await Promise.all(
      Array.from({ length: 20 }, (_, i) => saveSection(db, { section: 'trace', document, author: `a${i}` })),
    );
    const revisions = saves.map((save) => save.revision).toSorted((a, b) => a - b);
    expect(revisions).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
  });

  test('live settings read their rows as any role of a server', async () => {
    await using smtp = as('smtp');
    await using settings = await openSettings({
      ...settingsRows(smtp),
      sections: ['network', 'sending'],
      process: 'smtp',
      instance: 'x',
      subscribeHints: () => () => {},
      report: () => {},
      log: { info: () => {}, warn: () => {}, error: () => {} },
    });
    expect(settings.current('network').smtpPort).toBe(2525);
    await saveSection(db, {
      section: 'network',
      document: { ...settings.current('network'), smtpPort: 2626 },
      author: 'a',
    });
    await settings.refresh();
    expect(settings.current('network').smtpPort).toBe(2626);
  });

  test.each(['smtp', 'imap', 'delivery', 'filter-antivirus', 'firewall'])(
    '%s may read sections and write none',
    async (role) => {
      await using other = as(role);
      expect(await readSections(other, ['network'])).toHaveLength(1);
      const change = { section: 'network' as const, document: {}, author: 'x' };
      expect(sqlState(await saveSection(other, change).catch((error: unknown) => error))).toBe('42501');
    },
  );
});

describe('secrets', () => {
  test('a secret is sealed for its name and key', () => {
    const sealed = sealSecret(key, 'relay.password', 'тайна');
    expect(openSecret(key, 'relay.password', sealed)).toBe('тайна');
    expect(sealed.toString('latin1')).not.toContain('тайна');
    expect(sealSecret(key, 'relay.password', 'тайна')).not.toEqual(sealed);
    expect(() => openSecret(key, 'volume.s3', sealed)).toThrow(/volume\.s3/);
    expect(() => openSecret(randomBytes(32), 'relay.password', sealed)).toThrow(/master key/);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] as number) ^ 1;
      expect(() => openSecret(key, 'relay.password', changed)).toThrow('relay.password');
      expect(() => openSecret(key, 'relay.password', sealed.subarray(0, at))).toThrow('relay.password');
    }
  });

  test('stored, replaced and read; only delivery reads the password of the relay', async () => {
    await putSecret(db, key, 'relay.password', 'one');
    await putSecret(db, key, 'relay.password', 'two');
    await putSecret(db, key, 'volume.s3', 'three');
    expect(await readSecret(db, key, 'relay.password')).toBe('two');
    expect(await readSecret(db, key, 'nothing')).toBeNull();
    expect(await secretNames(db)).toEqual(['relay.password', 'volume.s3']);
    await using delivery = as('delivery');
    expect(await readSecret(delivery, key, 'relay.password')).toBe('two');
    await using imap = as('imap');
    expect(await readSecret(imap, key, 'volume.s3')).toBe('three');
    const refused = await readSecret(imap, key, 'relay.password').catch((error: unknown) => error);
    expect(sqlState(refused)).toBe('42501');
  });

  test('the master key file is 32 bytes in base64, or an error names file and remedy', async () => {
    using dir = temporaryDirectory();
    const file = join(dir.path, 'key');
    writeFileSync(file, `${key.toString('base64')}\n`);
    expect(await readMasterKey(file)).toEqual(key);
    for (const wrong of ['', 'x', key.subarray(1).toString('base64'), key.toString('hex')]) {
      writeFileSync(file, wrong);
      await expect(readMasterKey(file)).rejects.toThrow(/32 bytes in base64/);
    }
    await expect(readMasterKey(undefined)).rejects.toThrow(/POCHTAR_MASTER_KEY_FILE/);
  });
});

describe('certificates', () => {
  const notAfter = new Date('2030-01-01T00:00:00Z');
  const generated = {
    id: 'generated',
    name: 'made',
    chainPem: 'C1',
    keyPem: 'K1',
    origin: 'generated' as const,
    notAfter,
  };
  const authority = { ...generated, id: 'authority', chainPem: 'CA', keyPem: 'KCA', isCa: true };

  test('are stored with their keys sealed, and replaced by id', async () => {
    expect(await saveCertificate(db, key, authority)).toBe(true);
    expect(await saveCertificate(db, key, generated)).toBe(true);
    expect(await saveCertificate(db, key, { ...generated, chainPem: 'C2', keyPem: 'K2' })).toBe(true);
    expect(await saveCertificate(db, key, { ...generated, id: 'a', chainPem: 'C3', keyPem: 'K3' })).toBe(
      true,
    );
    const listed = await listCertificates(db);
    expect(listed.map((certificate) => certificate.id)).toEqual(['authority', 'generated', 'a']);
    expect(JSON.stringify(listed)).not.toMatch(/K\d|KCA/);
    expect(await readCertificate(db, key, 'generated')).toMatchObject({
      chainPem: 'C2',
      keyPem: 'K2',
      notAfter,
    });
    expect(await readCertificate(db, key, 'none')).toBeNull();
  });

  test('servers read server certificates, the generated one first, and never the authority', async () => {
    await using imap = as('imap');
    expect(await readServerCertificates(imap, key)).toEqual([
      { id: 'generated', chainPem: 'C2', keyPem: 'K2' },
      { id: 'a', chainPem: 'C3', keyPem: 'K3' },
    ]);
    const refused = await listCertificates(imap).catch((error: unknown) => error);
    expect(sqlState(refused)).toBe('42501');
  });

  test('the authority is neither replaced by a server certificate nor deleted', async () => {
    expect(await saveCertificate(db, key, { ...generated, id: 'authority' })).toBe(false);
    expect(await deleteCertificate(db, 'authority')).toBe(false);
    expect(await deleteCertificate(db, 'a')).toBe(true);
    expect(await deleteCertificate(db, 'a')).toBe(false);
  });
});
