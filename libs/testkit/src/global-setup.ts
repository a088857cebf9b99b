// One Postgres per test run, started before the first test file: a migrated template database, from which
// createTestDatabase() makes a fresh one in a few hundredths of a second.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionDatabase, setRolePasswords, startPostgres } from '@pochtar/native';
import { migrate } from '@pochtar/store/migrate';
import type { TestProject } from 'vitest/node';

export interface TestCluster {
  host: string;
  port: number;
  superuserPassword: string;
  /** The password of the owner and of every program role. */
  password: string;
  template: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestCluster;
  }
}

const template = 'pochtar_template';

/** Called by vitest; what it returns is called when the run is over. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'pochtar-postgres-'));
  const cluster = await startPostgres({ dataDir: join(dir, 'data'), durability: 'throwaway' });
  const close = async (): Promise<void> => {
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const password = randomBytes(12).toString('hex');
    await provisionDatabase(cluster, template, password);
    await migrate({ url: cluster.url('pochtar_owner', template), password });
    await setRolePasswords(cluster, () => password);
    const { host, port, superuserPassword } = cluster;
    project.provide('postgres', { host, port, superuserPassword, password, template });
  } catch (error) {
    await close();
    throw error;
  }
  return close;
}
