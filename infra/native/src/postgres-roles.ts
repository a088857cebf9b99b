// The database and the roles of a new cluster. The owner migrates and owns every object; each program has a
// role of its own, made by the first migration without the right to log in and given a password here.
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { superuser } from './data-directory.ts';
import type { PostgresServer } from './postgres.ts';
import { programs } from './secrets.ts';

export const ownerRole = 'pochtar_owner';

type Cluster = Pick<PostgresServer, 'host' | 'port' | 'superuserPassword'>;

/** Makes the owner role and its database when they are missing, and sets the owner's password. */
export async function provisionDatabase(
  cluster: Cluster,
  database: string,
  ownerPassword: string,
): Promise<void> {
  await asSuperuser(cluster, async (client) => {
    const role = escapeIdentifier(ownerRole);
    const exists = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [ownerRole]);
    if (exists.rowCount === 0) await client.query(`CREATE ROLE ${role} CREATEROLE`);
    await client.query(`ALTER ROLE ${role} LOGIN PASSWORD ${escapeLiteral(ownerPassword)}`);
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) {
      await client.query(`CREATE DATABASE ${escapeIdentifier(database)} OWNER ${role}`);
    }
  });
}

/** Lets the program roles that exist log in with these passwords. Run after the migrations. */
export async function setRolePasswords(
  cluster: Cluster,
  passwordOf: (role: string) => string,
): Promise<void> {
  await asSuperuser(cluster, async (client) => {
    const { rows } = await client.query<{ rolname: string }>(
      'SELECT rolname FROM pg_roles WHERE rolname = ANY($1) ORDER BY rolname',
      [programs.map((program) => `pochtar_${program}`)],
    );
    for (const { rolname } of rows) {
      const password = escapeLiteral(passwordOf(rolname));
      await client.query(`ALTER ROLE ${escapeIdentifier(rolname)} LOGIN PASSWORD ${password}`);
    }
  });
}

/** Runs `work` on one superuser connection to the maintenance database. */
export async function asSuperuser<T>(cluster: Cluster, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    host: cluster.host,
    port: cluster.port,
    user: superuser,
    password: cluster.superuserPassword,
    database: 'postgres',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
