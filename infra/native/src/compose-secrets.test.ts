import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { makeComposeSecrets } from './compose-secrets.ts';
import { programs } from './secrets.ts';

test('every container finds its passwords and no other, and a second run keeps them', () => {
  using dir = temporaryDirectory();
  const read = (name: string): string => readFileSync(join(dir.path, name), 'utf8');
  makeComposeSecrets(dir.path, '{"network":{"smtpPort":2525}}');
  const before = read('smtp/postgres-password');
  const passwords = programs.flatMap((program) => [
    read(`${program}/postgres-password`),
    read(`${program}/nats-password`),
  ]);
  expect(new Set(passwords).size).toBe(programs.length * 2);
  expect(statSync(join(dir.path, 'smtp/nats-password')).mode & 0o077).toBe(0);
  expect(read('smtp/master-key')).toBe(read('owner/master-key'));
  expect(Buffer.from(read('owner/master-key').trim(), 'base64')).toHaveLength(32);
  expect(() => read('ctl/master-key')).toThrow('ENOENT');
  expect(read('postgres/owner-password')).toBe(read('owner/postgres-password'));
  expect(read('nats/nats.conf')).toContain(read('filter-antivirus/nats-password').trim());
  // Where infra/nats/start.sh asks, and nobody outside of the container does.
  expect(read('nats/nats.conf')).toContain('http: "127.0.0.1:8222"');
  const first = JSON.parse(read('first-settings.json')) as {
    settings: Record<string, unknown>;
    volume: { secretKey: string };
  };
  expect(first.settings['network']).toEqual({ smtpPort: 2525 });
  expect(read('seaweedfs/s3.json')).toContain(first.volume.secretKey);

  makeComposeSecrets(dir.path);
  expect(read('smtp/postgres-password')).toBe(before);
});
