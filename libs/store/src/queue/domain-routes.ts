// The transport table: where mail for single domains goes instead of the relay or their MX hosts. The password of a route
// is sealed with the master key, and nobody but who sends reads it.
import type { Database, Queryable } from '../db.ts';
import { type MasterKey, openSecret, sealSecret } from '../settings/secrets.ts';

/** opportunistic: STARTTLS where it works · starttls: that or nothing · smtps: TLS from the first octet */
export type RouteTls = 'opportunistic' | 'starttls' | 'smtps';

/** What may be said of it to people. */
export interface DomainRoute {
  id: number;
  /** `example.org`, or `.example.org` for what is below it; in A-labels. */
  domain: string;
  host: string;
  port: number;
  tls: RouteTls;
  /** The certificate has to name the host. */
  isVerified: boolean;
  /** '' is without a log-in. */
  username: string;
  maxConnections: number | null;
  perMinute: number | null;
  comment: string;
  isOn: boolean;
  author: string;
  changedAt: Date;
}

export type NewDomainRoute = Omit<DomainRoute, 'id' | 'author' | 'changedAt'>;

const COLUMNS = `id, domain, host, port, tls, is_verified as "isVerified", username,
  max_connections as "maxConnections", per_minute as "perMinute", comment, is_on as "isOn", author,
  changed_at as "changedAt"`;

/** All of them are in the memory of every process that sends. */
export const MAX_ROUTES = 1000;

export async function routesRevision(db: Queryable): Promise<number> {
  const [row] = await db.query<{ revision: number }>({
    name: 'routes_revision',
    text: 'select revision from queue.route_state',
  });
  return row?.revision ?? 0;
}

/** Every route, by domain. */
export function readRoutes(db: Queryable): Promise<DomainRoute[]> {
  return db.query<DomainRoute>({
    name: 'read_routes',
    text: `select ${COLUMNS} from queue.route order by domain`,
  });
}

/** Those behind `after`, by domain. */
export function listRoutes(
  db: Queryable,
  { search, after, limit }: { search: string; after: string; limit: number },
): Promise<DomainRoute[]> {
  return db.query<DomainRoute>({
    name: 'list_routes',
    text: `select ${COLUMNS} from queue.route
      where domain > $2 and ($1 = '' or strpos(lower(domain || ' ' || host || ' ' || comment), lower($1)) > 0)
      order by domain limit $3`,
    values: [search, after, limit],
  });
}

export async function findRoute(db: Queryable, domain: string): Promise<DomainRoute | null> {
  const [row] = await db.query<DomainRoute>({
    name: 'find_route',
    text: `select ${COLUMNS} from queue.route where domain = $1`,
    values: [domain],
  });
  return row ?? null;
}

/** The password of a route; null: it has none, or is gone. Throws when it does not open with this master key. */
export async function routePassword(db: Queryable, key: MasterKey, id: number): Promise<string | null> {
  const [row] = await db.query<{ sealed: Buffer | null }>({
    name: 'route_password',
    text: 'select password as sealed from queue.route where id = $1',
    values: [id],
  });
  return row?.sealed == null ? null : openSecret(key, secretName(id), row.sealed);
}

export type SavedRoute =
  | { outcome: 'saved'; route: DomainRoute; revision: number }
  | { outcome: 'exists' }
  | { outcome: 'missing' }
  | { outcome: 'full' };

export interface RouteChange {
  /** Which one is changed; null: a new one. */
  id: number | null;
  route: NewDomainRoute;
  /** A new one; undefined: as it is. Without a user name there is none. */
  password: string | undefined;
  author: string;
}

/** Adds a route or changes one. */
export function saveRoute(db: Database, key: MasterKey, change: RouteChange): Promise<SavedRoute> {
  return db.transaction(async (tx): Promise<SavedRoute> => {
    // Whoever changes routes waits here, so that what is looked at stands until the commit.
    const revision = await nextRevision(tx);
    const rows = await tx.query<{ id: number; domain: string }>({
      text: 'select id, domain from queue.route',
    });
    const isTaken = rows.some(({ id, domain }) => domain === change.route.domain && id !== change.id);
    if (isTaken) return { outcome: 'exists' };
    if (change.id === null && rows.length >= MAX_ROUTES) return { outcome: 'full' };
    if (change.id !== null && !rows.some(({ id }) => id === change.id)) return { outcome: 'missing' };
    const route = await writeRoute(tx, key, change);
    return { outcome: 'saved', route, revision };
  });
}

async function writeRoute(tx: Queryable, key: MasterKey, change: RouteChange): Promise<DomainRoute> {
  const { route, password, author } = change;
  const id = change.id ?? (await newId(tx));
  const sealed = password === undefined ? null : sealSecret(key, secretName(id), password);
  const [row] = await tx.query<DomainRoute>({
    text: `insert into queue.route (id, domain, host, port, tls, is_verified, username, password, max_connections,
        per_minute, comment, is_on, author)
      overriding system value
      values ($1, $2, $3, $4, $5, $6, $7, case when $7::text = '' then null
          else coalesce($8::bytea, (select password from queue.route where id = $1)) end, $9, $10, $11, $12, $13)
      on conflict (id) do update set domain = excluded.domain, host = excluded.host, port = excluded.port,
        tls = excluded.tls, is_verified = excluded.is_verified, username = excluded.username,
        password = excluded.password, max_connections = excluded.max_connections,
        per_minute = excluded.per_minute, comment = excluded.comment, is_on = excluded.is_on,
        author = excluded.author, changed_at = now()
      returning ${COLUMNS}`,
    values: [
      ...[id, route.domain, route.host, route.port, route.tls, route.isVerified, route.username, sealed],
      ...[route.maxConnections, route.perMinute, route.comment, route.isOn, author],
    ],
  });
  return row as DomainRoute;
}

/** Before the row, since its password is sealed for it. */
async function newId(tx: Queryable): Promise<number> {
  const [row] = await tx.query<{ id: number }>({
    text: `select nextval(pg_get_serial_sequence('queue.route', 'id')) as id`,
  });
  return (row as { id: number }).id;
}

/** The route that was removed; null: there is none. */
export function removeRoute(
  db: Database,
  domain: string,
): Promise<{ removed: DomainRoute | null; revision: number }> {
  return db.transaction(async (tx) => {
    const revision = await nextRevision(tx);
    const [removed] = await tx.query<DomainRoute>({
      text: `delete from queue.route where domain = $1 returning ${COLUMNS}`,
      values: [domain],
    });
    return { removed: removed ?? null, revision };
  });
}

/** Of a master key that is given up: no password opens any more, and a route does not go on without. Only the owner may ask. */
export async function disableRoutesWithPassword(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ domain: string }>({
    text: `update queue.route set username = '', password = null, is_on = false where password is not null
      returning domain`,
  });
  return rows.map(({ domain }) => domain);
}

async function nextRevision(tx: Queryable): Promise<number> {
  const [row] = await tx.query<{ revision: number }>({
    text: 'update queue.route_state set revision = revision + 1 returning revision',
  });
  return row?.revision ?? 0;
}

function secretName(id: number): string {
  return `route.${id}`;
}
