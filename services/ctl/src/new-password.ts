// Passwords for accounts: from standard input, or made here and printed once. Never on the command line, where
// every user of the machine could read them.
import { randomInt } from 'node:crypto';
import type { Input } from './input.ts';
import { text } from './language.ts';
import type { Session } from './session.ts';
import type { Option } from './syntax.ts';

// Without letters and digits that look alike.
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRSTUVWXYZ2345679';
const LENGTH = 20;

export const passwordOption: Record<string, Option> = {
  'password-stdin': {
    help: text(
      'прочитать пароль со стандартного ввода; иначе он создаётся и печатается',
      'read the password from standard input; otherwise one is made and printed',
    ),
  },
};

export interface NewPassword {
  password: string;
  /** Made here: has to be shown, since nobody knows it. */
  isGenerated: boolean;
}

export async function newPassword(session: Session, input: Input): Promise<NewPassword> {
  if (input.flag('password-stdin')) return { password: await session.readStdin(), isGenerated: false };
  const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return { password: letters.join(''), isGenerated: true };
}

export function shownPassword({ password, isGenerated }: NewPassword): { password?: string } {
  return isGenerated ? { password } : {};
}
