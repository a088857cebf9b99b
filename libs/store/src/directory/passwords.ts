// Log-ins. Hashing is dear on purpose, so that it is bounded here: few at a time, a short line of waiting, and a
// success remembered for seconds (clients open several connections at once). Unknown names cost the same work
// as known ones, so that the time of an answer tells nothing.
import { createHmac, randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { addressKey, parseAddress } from '@pochtar/mail';
import { Saturated, Semaphore } from '@pochtar/runtime';
import type { Queryable } from '../db.ts';
import { type Principal, principalOf, readPrincipal } from './principals.ts';

// OWASP: Argon2id, 19 MiB, two passes, one lane.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MAX_PASSWORD_BYTES = 1024;
const MAX_LOGIN_LENGTH = 1000;

/** RFC 8265 §4.2 (OpaqueString): spaces become U+0020, NFC; null when it is empty, too long or has controls. */
export function preparePassword(password: string): string | null {
  const prepared = password.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  const isUsable =
    prepared !== '' &&
    password.isWellFormed() &&
    Buffer.byteLength(prepared) <= MAX_PASSWORD_BYTES &&
    !/\p{Cc}/u.test(prepared);
  return isUsable ? prepared : null;
}

/** The hash to store. Throws when `preparePassword` refuses the password. */
export async function hashPassword(password: string): Promise<string> {
  const prepared = preparePassword(password);
  if (prepared === null) throw new RangeError('the password is empty, too long or has control characters');
  return hash(prepared, COST);
}

/**
 * The address key that a log-in name stands for: `user@domain`, or `user` in the default domain.
 * Null when it can be none.
 */
export function loginKey(name: string, defaultDomain: string | null): string | null {
  const trimmed = name.trim();
  if (trimmed.length > MAX_LOGIN_LENGTH) return null;
  const isBare = !trimmed.includes('@');
  if (isBare && defaultDomain === null) return null;
  const address = parseAddress(isBare ? `${trimmed}@${defaultDomain}` : trimmed);
  return address === null ? null : addressKey(address);
}

export interface LoggedIn {
  accountId: number;
  domainId: number;
  address: string;
  displayName: string;
  /** A session ends when its account has come to another one (`currentEpochs`). */
  epoch: number;
}

export type LoginResult =
  | { ok: true; account: LoggedIn }
  /** `refused` is all a client may learn; `reason` is for the log. */
  | { ok: false; isTransient: false; reason: 'unknown' | 'wrongPassword' | 'disabled' }
  /** Too many log-ins wait for their turn: try again later. */
  | { ok: false; isTransient: true; reason: 'busy' };

export interface PasswordVerifier {
  /** `key` from `loginKey`; null counts as an unknown name. */
  readonly verifyPassword: (key: string | null, password: string) => Promise<LoginResult>;
  /** An administrator by its login, or an account by its address key. */
  readonly verifyPrincipal: (names: PrincipalNames, password: string) => Promise<PrincipalLogin>;
}

export interface PrincipalNames {
  /** null: no administrator is meant */
  login: string | null;
  /** null: no account is meant */
  key: string | null;
}

export type PrincipalLogin =
  | { ok: true; principal: Principal }
  /** `known`: whose password was wrong, or who is switched off; for the log alone. */
  | { ok: false; isTransient: boolean; known: Principal | null };

export interface VerifierOptions {
  /** Hashes at a time; each takes a core for about 25 ms and 19 MiB. */
  concurrency?: number;
  /** Waiting for their turn. */
  maxWaiting?: number;
  /** How long a success is remembered. */
  rememberMs?: number;
  /** Told of each password that was right, and not waited for; `password` is prepared. */
  learned?: (address: string, passwordHash: string, password: string) => void;
}

interface AccountRow extends LoggedIn {
  isEnabled: boolean;
  passwordHash: string | null;
}

/** One a process. */
export function passwordVerifier(db: Queryable, options: VerifierOptions = {}): PasswordVerifier {
  const matches = boundedMatch(options);
  return {
    async verifyPassword(key, password) {
      const row = key === null ? undefined : await readAccount(db, key);
      const isRight = await matches(row?.passwordHash ?? null, password);
      if (isRight === 'busy') return { ok: false, isTransient: true, reason: 'busy' };
      if (row === undefined) return { ok: false, isTransient: false, reason: 'unknown' };
      if (!isRight) return { ok: false, isTransient: false, reason: 'wrongPassword' };
      if (!row.isEnabled) return { ok: false, isTransient: false, reason: 'disabled' };
      const { accountId, domainId, address, displayName, epoch } = row;
      options.learned?.(address, row.passwordHash ?? '', preparePassword(password) ?? '');
      return { ok: true, account: { accountId, domainId, address, displayName, epoch } };
    },
    async verifyPrincipal({ login, key }, password) {
      const row = await readPrincipal(db, login, key);
      const isRight = await matches(row?.passwordHash ?? null, password);
      const known = row === undefined ? null : principalOf(row);
      if (isRight === true && row?.isEnabled === true) return { ok: true, principal: principalOf(row) };
      return { ok: false, isTransient: isRight === 'busy', known };
    },
  };
}

async function readAccount(db: Queryable, key: string): Promise<AccountRow | undefined> {
  const rows = await db.query<AccountRow>({
    name: 'directory.login',
    text: `select id as "accountId", domain_id as "domainId", address, display_name as "displayName",
        login_epoch as epoch, enabled as "isEnabled", password_hash as "passwordHash"
      from directory.account where address = $1`,
    values: [key],
  });
  return rows[0];
}

const MAX_REMEMBERED = 10_000;

type Match = (stored: string | null, password: string) => Promise<boolean | 'busy'>;

/** Compares a password with a hash; without one it does the same work and answers false. */
function boundedMatch({ concurrency = 2, maxWaiting = 200, rememberMs = 10_000 }: VerifierOptions): Match {
  const turns = new Semaphore(concurrency, maxWaiting);
  // Only a salted digest of hash and password is remembered, and the salt dies with the process. The stored
  // hash is part of it: a changed password is a different entry, so it counts at once.
  const salt = randomBytes(32);
  const remembered = new Map<string, number>();
  let decoy: Promise<string> | undefined;
  const compare = async (stored: string | null, prepared: string | null): Promise<boolean> => {
    decoy ??= hash(randomBytes(16).toString('hex'), COST);
    const isSame = await verify(stored ?? (await decoy), prepared ?? '').catch(() => false);
    return isSame && stored !== null && prepared !== null;
  };
  return async (stored, password) => {
    const prepared = preparePassword(password);
    const digest = createHmac('sha256', salt).update(`${stored}\0${prepared}`).digest('base64');
    if (stored !== null && (remembered.get(digest) ?? 0) > Date.now()) return true;
    let isRight: boolean;
    try {
      isRight = await turns.run(() => compare(stored, prepared));
    } catch (error) {
      if (error instanceof Saturated) return 'busy';
      throw error;
    }
    if (isRight) {
      if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
      remembered.set(digest, Date.now() + rememberMs);
    }
    return isRight;
  };
}
