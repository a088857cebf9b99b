// The one way to Postgres: a small pool, named prepared statements, transactions that know their outcome.
//
// int8 columns arrive as JS numbers (every id, UID, MODSEQ and size stays far below 2^53), timestamptz as
// Date. A statement that breaks on a lost connection is told apart from one that the server refused.
import { readFileSync } from 'node:fs';
import pg from 'pg';

type TypeId = Parameters<typeof pg.types.getTypeParser>[0];

// Postgres' own numbers of these types; the client's list of names lacks the second.
const INT8 = 20;
const INT8_ARRAY = 1016;

/** One prepared statement: `name` makes the server keep its plan. */
export interface Statement {
  name?: string;
  text: string;
  values?: unknown[];
}

/** Anything statements can be sent to: the pool, or one transaction. */
export interface Queryable {
  /** Rows of the answer. Throws `pg.DatabaseError` when the server refuses, another Error when it is gone. */
  query<Row>(statement: Statement): Promise<Row[]>;
}

export interface Database extends Queryable, AsyncDisposable {
  /**
   * Runs `work` in one transaction (READ COMMITTED) and commits. Throws `TransactionAborted` if the server
   * answered COMMIT with ROLLBACK; on any error of `work` it rolls back and rethrows.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
}

export class TransactionAborted extends Error {
  override name = 'TransactionAborted';
}

export interface DatabaseOptions {
  /** postgres://role@host:port/database */
  url: string;
  passwordFile?: string | undefined;
  password?: string | undefined;
  /** Connections; 4 a process is the rule. */
  max?: number;
  applicationName?: string;
  /** Called when an idle connection breaks. */
  onError?: (error: Error) => void;
}

// No statement takes more than one core: what somebody looks for must not slow down the mail beside it.
const OPTIONS = [
  ...['statement_timeout=60s', 'lock_timeout=30s', 'idle_in_transaction_session_timeout=60s'],
  'max_parallel_workers_per_gather=0',
]
  .map((option) => `-c ${option}`)
  .join(' ');

/** Opens the pool; connections are made as they are needed. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: connectionString(options),
    max: options.max ?? 4,
    application_name: options.applicationName ?? 'pochtar',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    types: { getTypeParser },
    options: OPTIONS,
  });
  // An idle connection that dies is replaced at the next query; the pool only wants to be heard.
  pool.on('error', (error) => options.onError?.(error));
  // The pool listens to idle connections, a statement to its own: what breaks in between, even with the answer that opens
  // the connection, is told by whatever is asked of it next, and must not end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    query: async (statement) => (await pool.query(statement)).rows,
    transaction: (work) => inTransaction(pool, work),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

async function inTransaction<T>(pool: pg.Pool, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work({ query: async (statement) => (await client.query(statement)).rows });
    const commit = await client.query('COMMIT');
    if (commit.command !== 'COMMIT') throw new TransactionAborted('the server rolled the transaction back');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

// pg lets what the connection string says, even an absent password, win over the fields beside it: the password
// has to be in the string.
function connectionString(options: DatabaseOptions): string {
  const url = new URL(options.url);
  const password =
    options.password ?? (options.passwordFile && readFileSync(options.passwordFile, 'utf8').trim());
  if (password) url.password = encodeURIComponent(password);
  return url.href;
}

function getTypeParser(oid: TypeId, format?: 'text' | 'binary'): (value: string) => unknown {
  const type: number = oid;
  if (type === INT8) return Number;
  if (type === INT8_ARRAY) return parseInt8Array;
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid);
}

function parseInt8Array(text: string): number[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(Number);
}

/** SQLSTATE of a server error, or null when the connection failed and the outcome may be unknown. */
export function sqlState(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

/** What pg says, without a SQLSTATE, when a connection can't be had or is gone. */
const CONNECTION_TROUBLE =
  /^(?:Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client (?:has encountered|was closed))/;

/**
 * Whether repeating may help: the connection is gone (the outcome may be unknown then), the server is starting or
 * stopping (57P0x, 08xxx), out of resources (53xxx), or a deadlock or serialisation failure (40xxx), a lock time-out
 * (55P03). Anything else that is no answer of the server, a TypeError say, is a fault of ours.
 */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) return /^(08|40|53|57P|55P03|57014|25P0)/.test(state);
  if (error instanceof TransactionAborted) return true;
  return error instanceof Error && (isSystemError(error) || CONNECTION_TROUBLE.test(error.message));
}

/** ECONNREFUSED and its like; of Node's own errors those of a stream that has ended. */
function isSystemError({ code }: NodeJS.ErrnoException): boolean {
  return typeof code === 'string' && /^(?:E(?!RR_)[A-Z_]+|ERR_STREAM_\w+)$/.test(code);
}
