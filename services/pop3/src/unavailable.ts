// Whether an error means that a server behind us is away, so that trying again later may help: the one place where
// transient is told from permanent.
import { VolumeError } from '@pochtar/store/blob';
import { isTransient, sqlState } from '@pochtar/store/db';

/** Errors of the language are mistakes in this program. */
const MISTAKES = [TypeError, RangeError, ReferenceError, SyntaxError];

export function isUnavailable(error: unknown): boolean {
  if (error instanceof VolumeError) return true;
  if (sqlState(error) !== null) return isTransient(error);
  return !MISTAKES.some((kind) => error instanceof kind) && isTransient(error);
}
