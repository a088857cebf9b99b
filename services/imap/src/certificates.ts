// The certificates that TLS shows, from their rows, as the accessEncryption section wants them.
import type { TlsContexts } from '@pochtar/runtime';
import type { AccessEncryptionSettings } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { type MasterKey, readServerCertificates } from '@pochtar/store/settings';

/** A new certificate or policy counts from the next handshake. Throws, leaving all as it was, when none fits. */
export async function loadCertificates(
  db: Queryable,
  key: MasterKey,
  tls: TlsContexts,
  { certificateId, minTlsVersion, dhBits }: AccessEncryptionSettings,
): Promise<void> {
  const certificates = await readServerCertificates(db, key);
  if (certificateId !== null && !certificates.some((certificate) => certificate.id === certificateId)) {
    throw new Error(`certificate ${certificateId} does not exist: choose another one`);
  }
  tls.replace(certificates, { certificateId, minTlsVersion, dhBits });
}
