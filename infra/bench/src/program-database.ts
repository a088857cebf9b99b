// The database with the rights of a running program: what a bench fills in is what that program could have written. And
// with those of who owns the tables, for what Postgres does for itself in a while.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openDatabase } from '@pochtar/store/db';
import type { Instance } from './instance.ts';

export async function openDatabaseOf(instance: Instance, program: string): Promise<Database> {
  const { url, passwordFile } = await accessOf(instance, program);
  return open(url, passwordFile);
}

export async function openDatabaseOfOwner(instance: Instance): Promise<Database> {
  const { url } = await accessOf(instance, 'settings');
  url.username = 'pochtar_owner';
  return open(url, join(instance.directory, 'secrets/owner/postgres-password'));
}

async function accessOf(
  instance: Instance,
  program: string,
): Promise<{ url: URL; passwordFile: string | undefined }> {
  const running = (await instance.processes()).find(({ name }) => name === program);
  const environment = new Map(
    readFileSync(`/proc/${running?.pid}/environ`, 'utf8')
      .split('\0')
      .map((pair) => pair.split(/=(.*)/s) as [string, string]),
  );
  return {
    url: new URL(environment.get('POCHTAR_POSTGRES_URL') as string),
    passwordFile: environment.get('POCHTAR_POSTGRES_PASSWORD_FILE'),
  };
}

function open(url: URL, passwordFile: string | undefined): Database {
  return openDatabase({
    url: url.href,
    passwordFile,
    applicationName: 'bench',
    max: 2,
    onError: () => undefined,
  });
}
