// Whether an error means that a server behind us is away, so that trying again later may help: the one place
// where transient is told from permanent.
import { BlobWriteError, VolumeError } from '@pochtar/store/blob';
import { isTransient, sqlState } from '@pochtar/store/db';
import { Disconnected, TimedOut } from '@pochtar/runtime';
import { Bye } from './reply.ts';
import { BadSyntax } from './syntax/cursor.ts';

const OURS = [Bye, Disconnected, TimedOut, BadSyntax];
/** Errors of the language are mistakes in this program. */
const MISTAKES = [TypeError, RangeError, ReferenceError, SyntaxError];

export function isUnavailable(error: unknown): boolean {
  if (error instanceof VolumeError || error instanceof BlobWriteError) return true;
  if (sqlState(error) !== null) return isTransient(error);
  return ![...OURS, ...MISTAKES].some((kind) => error instanceof kind) && isTransient(error);
}
