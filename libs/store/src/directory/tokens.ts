// Tokens of the API. Only the digest of a value is stored: it is as random as a key, so that a quick digest suffices. A
// token may what it was made for, as far as its maker may it at the moment.
import { createHash, randomBytes } from 'node:crypto';
import type { Database, Queryable } from '../db.ts';
import type { AdministratorRole, Principal } from './principals.ts';

const PREFIX = 'pochtar_';
const BYTES = 32;
/** Of one maker. */
export const MAX_TOKENS = 100;

export interface Token {
  id: number;
  name: string;
  /** The login of its maker. */
  maker: string;
  role: AdministratorRole;
  /** null: all */
  domains: string[] | null;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  lastUsedAddress: string | null;
  /** Neither expired nor beyond what its maker may now. */
  isAlive: boolean;
}

export interface NewToken {
  name: string;
  maker: string;
  role: AdministratorRole;
  domainIds: readonly number[] | null;
  expiresAt: Date;
}

/** The rights of both: those of an admin include every role, the others only their own. */
const IS_ALIVE = `(t.expires_at > now() and m.enabled and (m.role = 'admin' or m.role = t.role)
  and (t.role <> 'domainAdmin' or exists (select from directory.domain d
    where d.id = any(t.domain_ids) and (m.domain_ids is null or d.id = any(m.domain_ids)))))`;
const SELECT = `select t.id, t.name, m.login as maker, t.role, t.created_at as "createdAt", t.expires_at as "expiresAt",
  t.last_used_at as "lastUsedAt", t.last_used_address as "lastUsedAddress", ${IS_ALIVE} as "isAlive",
  case when t.domain_ids is null then null else
    array(select d.name from directory.domain d where d.id = any(t.domain_ids) order by d.name) end as domains
  from directory.token t join directory.administrator m on m.id = t.maker_id`;

function digestOf(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

/** The token and its value, which is known to nobody afterwards; null when its maker is gone or has as many as may be. */
export function createToken(db: Database, token: NewToken): Promise<{ token: Token; value: string } | null> {
  const value = `${PREFIX}${randomBytes(BYTES).toString('base64url')}`;
  return db.transaction(async (tx) => {
    const [maker] = await tx.query<{ id: number; tokens: number }>({
      text: `select m.id, (select count(*)::int from directory.token t where t.maker_id = m.id) as tokens
        from directory.administrator m where m.login = $1 and m.enabled for update`,
      values: [token.maker],
    });
    if (maker === undefined || maker.tokens >= MAX_TOKENS) return null;
    const [row] = await tx.query<{ id: number }>({
      text: `insert into directory.token (maker_id, name, digest, role, domain_ids, expires_at)
        values ($1, $2, $3, $4, $5, $6) returning id`,
      values: [maker.id, token.name, digestOf(value), token.role, token.domainIds, token.expiresAt],
    });
    const [made] = await tx.query<Token>({ text: `${SELECT} where t.id = $1`, values: [row?.id] });
    return made === undefined ? null : { token: made, value };
  });
}

/** `maker`: only the tokens of this one; null: all. */
export function listTokens(db: Queryable, maker: string | null): Promise<Token[]> {
  return db.query<Token>({
    text: `${SELECT} where ($1::text is null or m.login = $1) order by m.login, t.name, t.id limit 10000`,
    values: [maker],
  });
}

/** Whether there was such a token. */
export async function deleteToken(db: Queryable, maker: string | null, id: number): Promise<boolean> {
  const rows = await db.query({
    text: `delete from directory.token t using directory.administrator m
      where m.id = t.maker_id and t.id = $2 and ($1::text is null or m.login = $1) returning t.id`,
    values: [maker, id],
  });
  return rows.length > 0;
}

/** What the value stands for now; null when it is no token, or a dead one. */
export async function checkToken(
  db: Queryable,
  value: string,
): Promise<{ id: number; name: string; principal: Principal } | null> {
  const [row] = await db.query<
    Omit<Principal, 'scope'> & { id: number; name: string; domainIds: number[] | null }
  >({
    name: 'directory.check_token',
    text: `select t.id, t.name, 'administrator' as kind, m.login, t.role, m.display_name as "displayName",
        null as account, m.login_epoch as epoch, m.has_own_password as "hasOwnPassword", lived.ids as "domainIds", lived.names as domains
      from directory.token t join directory.administrator m on m.id = t.maker_id, lateral (
        select case when t.domain_ids is not null then coalesce(array_agg(d.id order by d.name), '{}') end as ids,
          case when t.domain_ids is not null then coalesce(array_agg(d.name order by d.name), '{}') end as names
        from directory.domain d
        where d.id = any(t.domain_ids) and (m.domain_ids is null or d.id = any(m.domain_ids))) lived
      where t.digest = $1 and ${IS_ALIVE}`,
    values: [digestOf(value)],
  });
  if (row === undefined) return null;
  const { id, name, domainIds, ...known } = row;
  return { id, name, principal: { ...known, scope: domainIds ?? 'all' } };
}

export interface TokenUse {
  id: number;
  at: Date;
  address: string;
}

/** Notes the last uses, many at once; an older one than is known changes nothing. */
export async function noteTokenUses(db: Queryable, uses: readonly TokenUse[]): Promise<void> {
  if (uses.length === 0) return;
  await db.query({
    name: 'directory.note_token_uses',
    text: `update directory.token t set last_used_at = u.at, last_used_address = u.address
      from unnest($1::bigint[], $2::timestamptz[], $3::text[]) as u(id, at, address)
      where t.id = u.id and (t.last_used_at is null or t.last_used_at < u.at)`,
    values: [uses.map(({ id }) => id), uses.map(({ at }) => at), uses.map(({ address }) => address)],
  });
}
