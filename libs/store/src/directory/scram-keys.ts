// Keys of SCRAM-SHA-256 (RFC 5802 §3, RFC 7677): made while a password is at hand, so that later it need not be sent. They
// belong to the password hash they were made beside: with another password they count no more, whoever set it.
import { createHash, createHmac, hkdfSync, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Queryable } from '../db.ts';
import type { LoggedIn } from './passwords.ts';

/** RFC 7677 §4: at least 4096. */
const ITERATIONS = 32_768;
const KEY_LENGTH = 32;
const SALT_LENGTH = 16;

export interface ScramKeys {
  salt: Buffer;
  iterations: number;
  storedKey: Buffer;
  serverKey: Buffer;
}

/** `account` is null for a name that nobody may log in by: its keys are those of no password. */
export interface ScramAccount {
  keys: ScramKeys;
  account: LoggedIn | null;
  /** For the log. */
  why: 'unknown' | 'noKeys' | 'disabled' | 'guarded' | null;
}

interface Row extends LoggedIn {
  isEnabled: boolean;
  salt: Buffer | null;
  iterations: number | null;
  storedKey: Buffer | null;
  serverKey: Buffer | null;
}

/** One a process. */
export class ScramKeyStore {
  readonly #db: Queryable;
  readonly #secret: Buffer;

  constructor(db: Queryable, masterKey: Buffer) {
    this.#db = db;
    this.#secret = Buffer.from(hkdfSync('sha256', masterKey, '', 'scram salts', KEY_LENGTH));
  }

  /**
   * What an exchange with `name` needs; `key` from `loginKey`. Where there are no keys the client is told what it would be
   * told if there were some: salts follow from the name, so that an answer never changes.
   */
  async of(key: string | null, name: string): Promise<ScramAccount> {
    const [row] = key === null ? [] : await this.#read(key);
    const decoy = this.#decoy(key ?? name);
    if (row === undefined) return { keys: decoy, account: null, why: 'unknown' };
    const { salt, iterations, storedKey, serverKey, isEnabled, ...account } = row;
    if (salt === null || iterations === null || storedKey === null || serverKey === null) {
      return { keys: decoy, account: null, why: 'noKeys' };
    }
    const keys = { salt, iterations, storedKey, serverKey };
    return isEnabled ? { keys, account, why: null } : { keys, account: null, why: 'disabled' };
  }

  /**
   * Makes the keys of a password that has been checked, or set; `prepared` by `preparePassword`. Whether there were none.
   */
  async keep(address: string, passwordHash: string, prepared: string): Promise<boolean> {
    const { account, why } = await this.of(address, address);
    if (account !== null || why === 'disabled') return false;
    const { salt, iterations, storedKey, serverKey } = await scramKeys(prepared, this.#salt(address));
    const kept = await this.#db.query({
      name: 'directory.keep_scram_keys',
      text: `insert into directory.scram_key (account_id, of_password, salt, iterations, stored_key, server_key)
        select id, sha256(convert_to(password_hash, 'UTF8')), $3, $4, $5, $6
        from directory.account where address = $1 and password_hash = $2
        on conflict do nothing returning account_id`,
      values: [address, passwordHash, salt, iterations, storedKey, serverKey],
    });
    return kept.length > 0;
  }

  #read(key: string): Promise<Row[]> {
    return this.#db.query<Row>({
      name: 'directory.scram_login',
      text: `select a.id as "accountId", a.domain_id as "domainId", a.address, a.display_name as "displayName",
          a.login_epoch as epoch, a.enabled as "isEnabled", k.salt, k.iterations, k.stored_key as "storedKey",
          k.server_key as "serverKey"
        from directory.account a left join directory.scram_key k
          on k.account_id = a.id and k.of_password = sha256(convert_to(a.password_hash, 'UTF8'))
        where a.address = $1`,
      values: [key],
    });
  }

  #decoy(name: string): ScramKeys {
    const of = (what: string): Buffer =>
      createHmac('sha256', this.#secret).update(`${what} ${name}`).digest();
    return {
      ...{ salt: this.#salt(name), iterations: ITERATIONS },
      ...{ storedKey: of('stored key'), serverKey: of('server key') },
    };
  }

  #salt(address: string): Buffer {
    return createHmac('sha256', this.#secret).update(`salt ${address}`).digest().subarray(0, SALT_LENGTH);
  }
}

/** RFC 5802 §3. */
export async function scramKeys(
  password: string,
  salt: Buffer,
  iterations: number = ITERATIONS,
): Promise<ScramKeys> {
  const salted = await promisify(pbkdf2)(password, salt, iterations, KEY_LENGTH, 'sha256');
  const keyOf = (what: string): Buffer => createHmac('sha256', salted).update(what).digest();
  const storedKey = createHash('sha256').update(keyOf('Client Key')).digest();
  return { salt, iterations, storedKey, serverKey: keyOf('Server Key') };
}

/** Keys of passwords that the account has no more. */
export async function forgetOldScramKeys(db: Queryable, address: string): Promise<void> {
  await db.query({
    name: 'directory.forget_scram_keys',
    text: `delete from directory.scram_key k using directory.account a
      where a.address = $1 and k.account_id = a.id
        and k.of_password is distinct from sha256(convert_to(a.password_hash, 'UTF8'))`,
    values: [address],
  });
}

/** Whether everybody who may log in with a password could do so by SCRAM: clients choose it wherever it is offered. */
export async function everyoneHasScramKeys(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ isSo: boolean }>({
    name: 'directory.all_scram_keys',
    text: 'select is_ready as "isSo" from directory.scram_readiness',
    values: [],
  });
  return row?.isSo === true;
}
