// A fresh database of the run's Postgres for one test or one test file.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asSuperuser, ownerRole } from '@pochtar/native';
import { inject } from 'vitest';
import { temporaryDirectory } from './temporary-directory.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** postgres://role@host:port/database without a password; `smtp` and `pochtar_smtp` are the same role. */
  url(role?: string): string;
  /** The password of every role. */
  readonly password: string;
  /** A file that holds it, for POCHTAR_POSTGRES_PASSWORD_FILE. */
  readonly passwordFile: string;
  /** The environment with which a program reaches this database as its role. */
  env(program: string): { POCHTAR_POSTGRES_URL: string; POCHTAR_POSTGRES_PASSWORD_FILE: string };
  /** A superuser URL *with* password, for what no role of ours may do. */
  readonly superuserUrl: string;
}

/** `await using db = await createTestDatabase()`: migrated and empty; dropped when disposed of. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const cluster = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asSuperuser(cluster, async (client) => {
    // Files are copied in half the time of what goes through the write-ahead log.
    await client.query(
      `CREATE DATABASE ${name} TEMPLATE ${cluster.template} STRATEGY file_copy OWNER ${ownerRole}`,
    );
  });
  const dir = temporaryDirectory();
  const passwordFile = join(dir.path, 'postgres-password');
  writeFileSync(passwordFile, cluster.password, { mode: 0o600 });
  const url = (role = 'owner'): string => {
    const user = role === 'postgres' || role.startsWith('pochtar_') ? role : `pochtar_${role}`;
    return `postgres://${user}@${cluster.host}:${cluster.port}/${name}`;
  };
  return {
    name,
    url,
    password: cluster.password,
    passwordFile,
    env: (program) => ({ POCHTAR_POSTGRES_URL: url(program), POCHTAR_POSTGRES_PASSWORD_FILE: passwordFile }),
    superuserUrl: `postgres://postgres:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/${name}`,
    async [Symbol.asyncDispose]() {
      dir[Symbol.dispose]();
      await asSuperuser(cluster, async (client) => {
        // FORCE: a test that failed may have left sessions open.
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      });
    },
  };
}
