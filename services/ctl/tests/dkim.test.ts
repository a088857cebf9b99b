import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, runServer } from './running-server.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await runServer();
  await server.run(['domain', 'create', 'firma.test']);
});
afterAll(() => server[Symbol.asyncDispose]());

const keys = async (): Promise<string[]> => {
  const { stdout } = await server.run(['dkim', 'key', 'list', 'firma.test', '--json']);
  const { keys: listed } = JSON.parse(stdout) as { keys: { selector: string; state: string }[] };
  return listed.map(({ selector, state }) => `${selector} ${state}`);
};

test('a key is made, its record printed for the zone, used by force, retired and removed', async () => {
  const create = ['dkim', 'key', 'create', 'firma.test', '--algorithm', 'ed25519', '--selector', 's1'];
  const made = await server.run(create);
  const record = /^s1\._domainkey\.firma\.test\. 3600 IN TXT "v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}="$/m;
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(record) });
  expect((await server.run(['dkim', 'record', 'firma.test'])).stdout).toMatch(record);
  const unpublished = await server.run(['dkim', 'key', 'activate', 'firma.test', 's1']);
  expect(unpublished).toMatchObject({ code: 1, stderr: expect.stringContaining('s1._domainkey.firma.test') });
  expect((await server.run(['dkim', 'key', 'activate', 'firma.test', 's1', '--force'])).code).toBe(0);
  expect(await keys()).toEqual(['s1 active']);
  expect((await server.run(['dkim', 'key', 'remove', 'firma.test', 's1', '--yes'])).code).toBe(1);
  expect((await server.run(['dkim', 'key', 'retire', 'firma.test', 's1'])).code).toBe(2);
  expect((await server.run(['dkim', 'key', 'retire', 'firma.test', 's1', '--yes'])).code).toBe(0);
  expect((await server.run(['dkim', 'key', 'remove', 'firma.test', 's1', '--yes', '--force'])).code).toBe(0);
  expect(await keys()).toEqual([]);
});

test('a key is taken over from a file and looked for; what is shown never has the private half', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'key.pem');
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  writeFileSync(file, pem);
  const imported = await server.run([
    'dkim',
    'key',
    'import',
    'firma.test',
    file,
    '--selector',
    'own',
    '--manual',
  ]);
  const checked = await server.run(['dkim', 'key', 'check', 'firma.test', 'own', '--json']);
  const listed = await server.run(['dkim', 'key', 'list'], '', { LANG: 'ru_RU.UTF-8' });
  expect([imported.code, checked.code]).toEqual([0, 0]);
  expect(listed.stdout).toMatch(/own .*ждёт публикации/);
  expect(listed.stdout).toContain('подпись выключена');
  expect(JSON.stringify([imported, checked, listed])).not.toContain(pem.split('\n')[1]);
  expect((await server.run(['dkim', 'key', 'import', 'firma.test', `${file}.no`])).code).toBe(2);
  expect((await server.run(['dkim', 'key', 'create', 'firma.test', '--algorithm', 'dsa'])).code).toBe(2);
});
