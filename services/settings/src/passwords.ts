// A password that an administrator sets -> its hash, or a complaint.
import { refused } from '@pochtar/bus';
import { hashPassword, preparePassword } from '@pochtar/store/directory';
import type { Refusal } from './context.ts';

const MIN_LENGTH = 8;

export async function readPassword(password: string): Promise<{ ok: true; hash: string } | Refusal> {
  const prepared = preparePassword(password);
  if (prepared === null || prepared.length < MIN_LENGTH) {
    return refused(
      'weakPassword',
      'password',
      `password: от ${MIN_LENGTH} знаков, не больше 1024 байт и без управляющих символов`,
      `password: at least ${MIN_LENGTH} characters, at most 1024 bytes, and no control characters`,
    );
  }
  return { ok: true, hash: await hashPassword(prepared) };
}
