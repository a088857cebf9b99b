import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectBus } from '@pochtar/bus';
import { processEnv, silentLogger } from '@pochtar/runtime';
import { openDatabase } from '@pochtar/store/db';
import { readSecret, readSections } from '@pochtar/store/settings';
import { createTestDatabase, startTestNats, temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { bringUp } from '../src/bring-up.ts';

test('a new installation gets its settings, volume and streams; a second run changes nothing', async () => {
  await using db = await createTestDatabase();
  await using nats = await startTestNats();
  using dir = temporaryDirectory();
  const first = join(dir.path, 'first-settings.json');
  const masterKey = Buffer.alloc(32, 7);
  writeFileSync(join(dir.path, 'master-key'), masterKey.toString('base64'));
  const config = {
    ...processEnv.parse({
      ...db.env('owner'),
      ...nats.env('owner'),
      POCHTAR_MASTER_KEY_FILE: join(dir.path, 'master-key'),
      POCHTAR_LOG_LEVEL: 'error',
    }),
    POCHTAR_FIRST_SETTINGS_FILE: first,
    POCHTAR_STREAM_REPLICAS: 1,
  };
  const bucket = { endpoint: 'localhost', port: 9, useSsl: false, bucket: 'mail', accessKey: 'a' };
  const writeFirst = (smtpPort: number, name: string): void => {
    const volume = { name, kind: 's3', config: bucket, secretKey: 'not in the row' };
    writeFileSync(first, JSON.stringify({ settings: { network: { smtpPort } }, volume }));
  };
  writeFirst(2525, 'first');
  await bringUp(config);
  writeFirst(2626, 'second');
  await bringUp(config);

  await using reader = openDatabase({ url: db.url('settings'), password: db.password, max: 1 });
  const [network] = await readSections(reader, ['network']);
  expect(network).toMatchObject({ revision: 1, document: { smtpPort: 2525, imapPort: 143 } });
  await using owner = openDatabase({ url: db.url(), password: db.password, max: 1 });
  const volumes = await owner.query<{ id: number; name: string; config: unknown }>({
    text: 'select id, name, config from store.volume',
  });
  expect(volumes).toEqual([{ id: 1, name: 'first', config: bucket }]);
  expect(await readSecret(owner, masterKey, 'volume.1')).toBe('not in the row');
  await using bus = await connectBus({
    url: nats.url,
    user: 'owner',
    password: nats.password,
    name: 'test',
    log: silentLogger(),
  });
  const manager = await bus.manager();
  expect((await manager.streams.info('MAIL')).config.retention).toBe('workqueue');
});

test('a role gets the password of its file and no other', async () => {
  await using db = await createTestDatabase();
  await using nats = await startTestNats();
  using dir = temporaryDirectory();
  // A program of this test's own: roles belong to all databases of the run.
  const program = `test${randomBytes(4).toString('hex')}`;
  await using owner = openDatabase({ url: db.url(), password: db.password, max: 1 });
  await owner.query({ text: `create role pochtar_${program} nologin` });
  mkdirSync(join(dir.path, program));
  writeFileSync(join(dir.path, program, 'postgres-password'), 'its own\n');
  const environment = processEnv.parse({
    ...db.env('owner'),
    ...nats.env('owner'),
    POCHTAR_LOG_LEVEL: 'error',
  });
  await bringUp({ ...environment, POCHTAR_SECRETS_DIR: dir.path, POCHTAR_STREAM_REPLICAS: 1 });

  const connection = openDatabase({ url: db.url(program), password: 'its own', max: 1 });
  expect(await connection.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
  await using other = openDatabase({ url: db.url('smtp'), password: 'its own', max: 1 });
  await expect(other.query({ text: 'select 1' })).rejects.toThrow(/password authentication failed/);
  await connection[Symbol.asyncDispose]();
  await owner.query({ text: `drop role pochtar_${program}` });
});
