// Whether trying again may help. What is neither a refusal of the database nor trouble of a connection or a
// volume is a fault of the mail or of our own: it is redelivered a few times and then held.
import { VolumeError, BlobWriteError } from '@pochtar/store/blob';
import { isTransient as isTransientInDatabase, sqlState, TransactionAborted } from '@pochtar/store/db';

/** The mail itself is broken: no repetition helps. */
export class BrokenMail extends Error {
  override name = 'BrokenMail';
}

export function isTransient(error: unknown): boolean {
  if (error instanceof VolumeError || error instanceof BlobWriteError) return true;
  if (sqlState(error) !== null) return isTransientInDatabase(error);
  return error instanceof TransactionAborted || isConnectionTrouble(error);
}

/** System errors (ECONNREFUSED …), and the ways pg and NATS say that a connection is gone or does not answer. */
function isConnectionTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return true;
  return (
    /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered)/i.test(
      error.message,
    ) ||
    /^(?:TimeoutError|ConnectionError|ClosedConnectionError|NoRespondersError|RequestError|JetStream)/.test(
      error.name,
    )
  );
}
