import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificatePem, keyPem, otherKeyPem, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, runServer } from './running-server.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await runServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('a certificate is looked at, imported from files in any order, and listed with its state', async () => {
  using directory = temporaryDirectory();
  const [both, key] = [join(directory.path, 'both.pem'), join(directory.path, 'key.pem')];
  writeFileSync(both, keyPem + certificatePem);
  writeFileSync(key, otherKeyPem);
  const found = await server.run(['certificate', 'inspect', '--file', both]);
  expect(found).toMatchObject({ code: 0, stdout: expect.stringMatching(/The key fits\s+yes/) });
  const imported = await server.run(['certificate', 'import', '--file', both, '--id', 'mail']);
  expect(imported).toMatchObject({ code: 0, stdout: expect.stringMatching(/mail .*valid/) });
  writeFileSync(both, certificatePem);
  const wrong = await server.run(['certificate', 'import', '--chain', both, '--key', key], '', {
    LANG: 'ru_RU.UTF-8',
  });
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('ключ не подходит') });
  const listed = await server.run(['certificate', 'list']);
  expect(listed.stdout).toMatch(/generated .*smtpEncryption/);
  expect(JSON.stringify([found, imported, listed])).not.toContain('PRIVATE KEY');
  expect((await server.run(['certificate', 'inspect'])).code).toBe(2);
});
