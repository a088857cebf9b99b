// Keys that mail of a domain is signed with. The private half is sealed with the master key when it is made, and only the
// signer's role can read it: who keeps the keys sees the public half, where each stands, and what the DNS had.
import { type MasterKey, openSecret, sealSecret } from '../settings/secrets.ts';
import type { Queryable } from '../db.ts';
import { type Scope, scopeIds } from './scope.ts';

export type DkimAlgorithm = 'rsa' | 'ed25519';
export type DkimKeyState = 'prepared' | 'published' | 'active' | 'retired';
export type DkimKeyFound = 'ok' | 'missing' | 'wrong' | 'revoked' | 'unanswered';

export interface DkimKey {
  id: number;
  domain: string;
  selector: string;
  algorithm: DkimAlgorithm;
  bits: number;
  /** The value of p= in the record. */
  publicKey: string;
  state: DkimKeyState;
  /** Becomes active by itself when the DNS has it. */
  isAutomatic: boolean;
  createdAt: Date;
  checkedAt: Date | null;
  /** What the DNS had at the last look. */
  found: DkimKeyFound | null;
  activatedAt: Date | null;
  /** Of a retired key: its record stays until then. */
  keepUntil: Date | null;
}

const SELECT = `select k.id, d.name as domain, k.selector, k.algorithm, k.bits, k.public_key as "publicKey", k.state,
  k.is_automatic as "isAutomatic", k.created_at as "createdAt", k.checked_at as "checkedAt", k.found,
  k.activated_at as "activatedAt", k.keep_until as "keepUntil"
  from directory.dkim_key k join directory.domain d on d.id = k.domain_id
  where ($1::bigint[] is null or d.id = any($1))`;

/** By domain, those that sign first. */
export function listDkimKeys(db: Queryable, scope: Scope, domain: string | null): Promise<DkimKey[]> {
  return db.query<DkimKey>({
    text: `${SELECT} and ($2::text is null or d.name = $2)
      order by d.name, array_position(array['active', 'published', 'prepared', 'retired'], k.state), k.id`,
    values: [scopeIds(scope), domain],
  });
}

/** Keys that are waited for: made, and not in the DNS at the last look. */
export function preparedDkimKeys(db: Queryable): Promise<DkimKey[]> {
  return db.query<DkimKey>({
    text: `${SELECT} and k.state = 'prepared' and k.is_automatic order by k.checked_at nulls first, k.id limit 50`,
    values: [null],
  });
}

export async function findDkimKey(
  db: Queryable,
  scope: Scope,
  domain: string,
  selector: string,
): Promise<DkimKey | null> {
  const [row] = await db.query<DkimKey>({
    text: `${SELECT} and d.name = $2 and k.selector = $3`,
    values: [scopeIds(scope), domain, selector],
  });
  return row ?? null;
}

export interface NewDkimKey {
  domainId: number;
  domain: string;
  selector: string;
  algorithm: DkimAlgorithm;
  bits: number;
  publicKey: string;
  /** PKCS#8 */
  privateKeyPem: string;
  isAutomatic: boolean;
}

/** False: the domain has a key under this selector, or has gone. */
export async function addDkimKey(db: Queryable, master: MasterKey, key: NewDkimKey): Promise<boolean> {
  const { domainId, domain, selector, algorithm, bits, publicKey, privateKeyPem, isAutomatic } = key;
  const rows = await db.query({
    text: `insert into directory.dkim_key (domain_id, selector, algorithm, bits, public_key, key_ciphertext, is_automatic)
      select d.id, $2, $3, $4, $5, $6, $7 from directory.domain d where d.id = $1
      on conflict (domain_id, selector) do nothing returning id`,
    values: [
      ...[domainId, selector, algorithm, bits, publicKey],
      sealSecret(master, secretName(domain, selector), privateKeyPem),
      isAutomatic,
    ],
  });
  return rows.length > 0;
}

/** What a look at the DNS found. A prepared key that is there counts as published. */
export async function noteDkimKeyFound(db: Queryable, id: number, found: DkimKeyFound): Promise<void> {
  await db.query({
    text: `update directory.dkim_key set checked_at = now(), found = $2,
      state = case when state = 'prepared' and $2 = 'ok' then 'published' else state end where id = $1`,
    values: [id, found],
  });
}

/**
 * From now on the key signs; the one of its kind that did is retired in the same step, its record to be kept for so many
 * days. False: the key has gone, or signs already.
 */
export async function activateDkimKey(db: Queryable, id: number, keepDays: number): Promise<boolean> {
  // Two keys that are made active at once follow one another: the domain's row is locked first.
  await db.query({
    text: `select from directory.domain where id = (select domain_id from directory.dkim_key where id = $1) for update`,
    values: [id],
  });
  await db.query({
    text: `update directory.dkim_key o set state = 'retired', keep_until = now() + make_interval(days => $2)
      from directory.dkim_key k where k.id = $1 and o.domain_id = k.domain_id and o.algorithm = k.algorithm
        and o.state = 'active' and o.id <> k.id`,
    values: [id, keepDays],
  });
  const rows = await db.query({
    text: `update directory.dkim_key set state = 'active', activated_at = now(), keep_until = null
      where id = $1 and state <> 'active' returning id`,
    values: [id],
  });
  return rows.length > 0;
}

/** False: it has gone, or is retired already. */
export async function retireDkimKey(db: Queryable, id: number, keepDays: number): Promise<boolean> {
  const rows = await db.query({
    // What never signed has nothing under way.
    text: `update directory.dkim_key set state = 'retired', is_automatic = false,
      keep_until = case when activated_at is null then now() else now() + make_interval(days => $2) end
      where id = $1 and state <> 'retired' returning id`,
    values: [id, keepDays],
  });
  return rows.length > 0;
}

/** False: it has gone, or signs. */
export async function removeDkimKey(db: Queryable, id: number): Promise<boolean> {
  const rows = await db.query({
    text: `delete from directory.dkim_key where id = $1 and state <> 'active' returning id`,
    values: [id],
  });
  return rows.length > 0;
}

/** Of a master key that is given up: no key opens any more. Only the owner may ask. */
export function removeDkimKeys(db: Queryable): Promise<{ domain: string; selector: string }[]> {
  return db.query<{ domain: string; selector: string }>({
    text: `delete from directory.dkim_key k using directory.domain d where d.id = k.domain_id
      returning d.name as domain, k.selector`,
  });
}

/** Local domains whose mail goes unsigned: no key is active. */
export async function unsignedDomains(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>({
    text: `select d.name from directory.domain d where not exists (
      select from directory.dkim_key k where k.domain_id = d.id and k.state = 'active') order by d.name`,
  });
  return rows.map(({ name }) => name);
}

export interface SealedDkimKey {
  id: number;
  domain: string;
  selector: string;
  algorithm: DkimAlgorithm;
  sealed: Buffer;
}

/** The keys that sign for these domains. Only the signer's role may ask. */
export function signingKeys(db: Queryable, domains: readonly string[]): Promise<SealedDkimKey[]> {
  return db.query<SealedDkimKey>({
    name: 'directory.dkim_signing_keys',
    text: `select id, domain, selector, algorithm, key_ciphertext as sealed
      from directory.dkim_signing_key where domain = any($1) order by algorithm desc`,
    values: [domains],
  });
}

/** PKCS#8. Throws when it does not open with this master key. */
export function openDkimKey(
  master: MasterKey,
  { domain, selector, sealed }: Pick<SealedDkimKey, 'domain' | 'selector' | 'sealed'>,
): string {
  return openSecret(master, secretName(domain, selector), sealed);
}

function secretName(domain: string, selector: string): string {
  return `dkim.${selector}._domainkey.${domain}`;
}
