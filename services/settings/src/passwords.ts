// A password that is set -> its hash, or a complaint; and the keys by which it is proved without being sent.
import { refused } from '@pochtar/bus';
import { forgetOldScramKeys, hashPassword, preparePassword, ScramKeyStore } from '@pochtar/store/directory';
import type { Context, Refusal } from './context.ts';

const MIN_LENGTH = 8;

export interface HashedPassword {
  ok: true;
  hash: string;
  prepared: string;
}

export async function readPassword(password: string): Promise<HashedPassword | Refusal> {
  const prepared = preparePassword(password);
  if (prepared === null || prepared.length < MIN_LENGTH) {
    return refused(
      'weakPassword',
      'password',
      `пароль должен быть не короче ${MIN_LENGTH} знаков, не длиннее 1024 байт и без управляющих символов`,
      `a password has at least ${MIN_LENGTH} characters, at most 1024 bytes, and no control characters`,
    );
  }
  return { ok: true, hash: await hashPassword(prepared), prepared };
}

/** RFC 5802 §3: behind the hash, which they belong to. Without them a log-in with the password makes them. */
export async function keepScramKeys(
  { db, key, log }: Pick<Context, 'db' | 'key' | 'log'>,
  address: string,
  { hash, prepared }: HashedPassword,
): Promise<void> {
  try {
    await forgetOldScramKeys(db, address);
    await new ScramKeyStore(db, key).keep(address, hash, prepared);
  } catch (error) {
    log.warn({ err: error, address }, 'the SCRAM keys of an account could not be kept');
  }
}
