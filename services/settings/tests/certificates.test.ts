import { adminCertificate, adminSettings } from '@pochtar/bus';
import { openDatabase } from '@pochtar/store/db';
import { readServerCertificates } from '@pochtar/store/settings';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, createServerCertificate, factsOf } from '../src/authority.ts';
import { ensureCertificates } from '../src/certificates.ts';
import { changeSettings } from '../src/change-settings.ts';
import { silentLogger } from '@pochtar/runtime';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService({ serviceCount: 2 });
});
afterAll(() => running[Symbol.asyncDispose]());

/** As they are handed in. */
const filesOf = (...contents: (string | Buffer)[]) =>
  contents.map((one, index) => ({ name: `${index}`, data: Buffer.from(one).toString('base64') }));
const list = async () => (await running.get(adminCertificate.list, {})).certificates;
const revisions = async () =>
  (await running.get(adminSettings.get, {})).sections
    .filter((section) => section.name.endsWith('Encryption'))
    .map((section) => section.revision);

describe('a first start', () => {
  test('of two replicas makes one authority and one server certificate with every name', async () => {
    const certificates = await list();
    expect(certificates.map(({ id, isCa, origin }) => ({ id, isCa, origin }))).toEqual([
      { id: 'authority', isCa: true, origin: 'generated' },
      { id: 'generated', isCa: false, origin: 'generated' },
    ]);
    expect(certificates[1]?.hosts).toEqual(['mail.example.org', 'localhost', '127.0.0.1', '::1']);
    const { pem } = await running.get(adminCertificate.ca, {});
    expect(factsOf(pem).fingerprint).toBe(certificates[0]?.fingerprint);
  });

  test('servers read it with its key, which is shown nowhere else', async () => {
    await using db = openDatabase({
      url: running.testDatabase.url('imap'),
      password: running.testDatabase.password,
    });
    const [certificate] = await readServerCertificates(db, running.key);
    expect(certificate).toMatchObject({ id: 'generated', keyPem: expect.stringContaining('PRIVATE KEY') });
    expect(JSON.stringify(await running.ask(adminCertificate.list, {}))).not.toContain('PRIVATE KEY');
  });
});

describe('the generated certificate', () => {
  const ensure = (now: Date) =>
    ensureCertificates(
      {
        db: running.db,
        key: running.key,
        hostName: 'mail.example.org',
        log: silentLogger(),
        announce: {
          settings: async () => true,
          directory: () => {},
          administrators: () => {},
          lists: () => {},
        },
      },
      now,
    );

  test('is made again when the server gets another name, and the listeners learn of it', async () => {
    const before = await revisions();
    await running.get(adminSettings.set, {
      changes: [{ section: 'general', patch: { heloName: 'mx.example.net' } }],
    });
    expect((await list())[1]?.hosts).toEqual([
      'mx.example.net',
      'mail.example.org',
      'localhost',
      '127.0.0.1',
      '::1',
    ]);
    expect(await revisions()).toEqual(before.map((revision) => revision + 1));
  });

  test('is renewed 30 days before it ends, and nothing before that', async () => {
    const [authority, generated] = await list();
    const end = new Date(generated?.notAfter ?? 0).getTime();
    const days = (n: number) => new Date(end + n * 86_400_000);
    expect(await ensure(days(-31))).toEqual([]);
    expect(await ensure(days(-29))).toEqual(['generated']);
    expect((await list())[0]?.fingerprint).toBe(authority?.fingerprint);
  });
});

test('an answer does not wait until the bus has taken what it announces', async () => {
  let told = 0;
  const never = new Promise<boolean>(() => {
    // The bus does not answer.
  });
  const announce = {
    settings: () => {
      told++;
      return never;
    },
    directory: () => {},
    administrators: () => {},
    lists: () => {},
  };
  const changes = [{ section: 'sending', patch: { maxMessageSizeMb: 41 } }];
  const saved = await changeSettings({ db: running.db, key: running.key, announce }, changes, {
    author: 'test',
  });
  expect(saved.ok && saved.result.sections[0]?.changed).toBe(true);
  expect(told).toBe(1);
});

describe('certificates of others', () => {
  test('are imported, replaced, chosen, and removed when nobody uses them', async () => {
    const authority = await createAuthority('Other', new Date());
    const issued = await createServerCertificate(authority, ['mail.test'], new Date());
    const request = { id: 'mail-test', name: 'Почта', files: filesOf(issued.keyPem + issued.chainPem) };
    const before = await revisions();
    const { certificate } = await running.get(adminCertificate.import, request);
    expect(certificate).toMatchObject({ id: 'mail-test', origin: 'imported', hosts: ['mail.test'] });
    expect(await revisions()).toEqual(before.map((revision) => revision + 1));
    await running.get(adminCertificate.import, { ...request, name: 'Почта 2' });
    expect((await list()).map((one) => one.name)).toContain('Почта 2');
    const choose = (certificateId: string | null) =>
      running.get(adminSettings.set, { changes: [{ section: 'smtpEncryption', patch: { certificateId } }] });
    await choose('mail-test');
    expect(await running.complaint(adminCertificate.delete, { id: 'mail-test' })).toBe('inUse id');
    await choose(null);
    expect(await running.complaint(adminCertificate.delete, { id: 'mail-test' })).toBe('ok');
    expect(await running.complaint(adminCertificate.delete, { id: 'mail-test' })).toBe('notFound id');
  });

  test('our own are neither replaced nor removed', async () => {
    const issued = await createServerCertificate(
      await createAuthority('X', new Date()),
      ['x.test'],
      new Date(),
    );
    const files = filesOf(issued.chainPem, issued.keyPem);
    for (const id of ['authority', 'generated', '../x']) {
      expect(await running.complaint(adminCertificate.import, { id, name: 'x', files })).toBe('wrongId id');
    }
    expect(await running.complaint(adminCertificate.delete, { id: 'authority' })).toBe('wrongId id');
  });

  test('further ones are made for other names', async () => {
    const { certificate } = await running.get(adminCertificate.generate, {
      hosts: ['imap.example.org', '192.0.2.1'],
    });
    expect(certificate.hosts).toEqual(['imap.example.org', '192.0.2.1', 'localhost', '127.0.0.1', '::1']);
    expect(await running.complaint(adminCertificate.generate, { hosts: ['a b'] })).toBe(
      'wrongFormat hosts.0',
    );
  });
});
