// Plain SQL migrations, in the order of their file names, each in a transaction of its own.
//
// One migrator at a time (advisory lock for the transaction). Processes call `requireSchema` and wait for
// the version they were built for; one that is too new for them is refused (expand now, contract a release later).
import { readdirSync, readFileSync } from 'node:fs';
import type { Database, Queryable } from './db.ts';
import { openDatabase, sqlState } from './db.ts';

const FOLDER = new URL('../migrations/', import.meta.url);
const LOCK = 7_205_318;
const LOCK_NOT_AVAILABLE = '55P03';
const UNDEFINED_TABLE = '42P01';

interface Migration {
  name: string;
  sql: string;
}

/** The names of all migrations this build knows, in order. */
export function migrationNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort();
}

/** Brings the database to this build's version. Returns the names that were applied. */
export async function migrate(
  options: { url: string; password?: string; passwordFile?: string },
  log: (message: string) => void = () => {},
): Promise<string[]> {
  await using db = openDatabase({ ...options, max: 1, applicationName: 'migrate' });
  await prepare(db);
  const applied: string[] = [];
  for (const name of migrationNames()) {
    const sql = readFileSync(new URL(name, FOLDER), 'utf8');
    if (await withRetries(() => apply(db, { name, sql }))) {
      log(`migrated ${name}`);
      applied.push(name);
    }
  }
  return applied;
}

async function prepare(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    await lock(tx);
    await tx.query({
      text: `create table if not exists public.migration (
        name text primary key, applied_at timestamptz not null default now())`,
    });
    await tx.query({ text: 'grant select on public.migration to public' });
  });
}

async function apply(db: Database, migration: Migration): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lock(tx);
    const done = await tx.query({
      text: 'select 1 from public.migration where name = $1',
      values: [migration.name],
    });
    if (done.length > 0) return false;
    await tx.query({ text: "set local lock_timeout = '5s'" });
    await tx.query({ text: migration.sql });
    await tx.query({ text: 'insert into public.migration (name) values ($1)', values: [migration.name] });
    return true;
  });
}

async function lock(tx: Queryable): Promise<void> {
  await tx.query({ text: 'select pg_advisory_xact_lock($1)', values: [LOCK] });
}

// A table that is busy is no reason to queue behind it and stop everybody: give up the lock and come again.
async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE || attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

export type SchemaState = 'ready' | 'behind' | 'ahead';

/** Compares the database with this build. A database that never saw a migration is 'behind'. */
export async function schemaState(db: Queryable): Promise<SchemaState> {
  let rows: { name: string }[];
  try {
    rows = await db.query<{ name: string }>({ text: 'select name from public.migration' });
  } catch (error) {
    if (sqlState(error) === UNDEFINED_TABLE) return 'behind';
    throw error;
  }
  const applied = new Set(rows.map((row) => row.name));
  const known = migrationNames();
  if (known.some((name) => !applied.has(name))) return 'behind';
  return applied.size > known.length ? 'ahead' : 'ready';
}

/** Waits until the schema is this build's; throws when it is newer, or after `timeoutMs`. */
export async function requireSchema(db: Queryable, timeoutMs = 120_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const state = await schemaState(db);
    if (state === 'ready') return;
    if (state === 'ahead') throw new Error('the database is newer than this program: upgrade the program');
    if (Date.now() > deadline) throw new Error('the database is not migrated: run `pochtar migrate`');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
