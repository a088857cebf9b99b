// The database with the rights of a running program: what a bench fills in is what that program could have written.
import { readFileSync } from 'node:fs';
import { type Database, openDatabase } from '@pochtar/store/db';
import type { Instance } from './instance.ts';

export async function openDatabaseOf(instance: Instance, program: string): Promise<Database> {
  const running = (await instance.processes()).find(({ name }) => name === program);
  const environment = new Map(
    readFileSync(`/proc/${running?.pid}/environ`, 'utf8')
      .split('\0')
      .map((pair) => pair.split(/=(.*)/s) as [string, string]),
  );
  return openDatabase({
    url: environment.get('POCHTAR_POSTGRES_URL') as string,
    passwordFile: environment.get('POCHTAR_POSTGRES_PASSWORD_FILE'),
    applicationName: 'bench',
    max: 2,
    onError: () => undefined,
  });
}
