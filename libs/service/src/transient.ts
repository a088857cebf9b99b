// Whether trying again may help: a server or a volume behind us is away. What is neither that nor a refusal of the
// database that passes is a fault of the mail or of our own. The one place where transient is told from permanent.
import { BlobWriteError, VolumeError } from '@pochtar/store/blob';
import { isTransient as isTransientInDatabase } from '@pochtar/store/db';

/** The names that the client of NATS gives to connections that are gone, silence, and streams that are made again. */
const BUS_TROUBLE =
  /^(?:TimeoutError|(?:Closed|Draining)?ConnectionError|NoResponders|RequestError|JetStream|StreamNotFound|ConsumerNotFound)/;

export function isTransient(error: unknown): boolean {
  if (error instanceof VolumeError || error instanceof BlobWriteError) return true;
  return isTransientInDatabase(error) || (error instanceof Error && BUS_TROUBLE.test(error.name));
}
