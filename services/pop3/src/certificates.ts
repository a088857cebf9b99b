// The certificates that are shown, read from the store again when a setting or the store has changed. What cannot be
// read or does not fit its key leaves the ones in use as they are.
import type { TlsContexts } from '@pochtar/runtime';
import type { AccessEncryptionSettings } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { type MasterKey, readServerCertificates } from '@pochtar/store/settings';

export class Certificates {
  readonly #db: Queryable;
  readonly #key: MasterKey;
  readonly #tls: TlsContexts;
  /** What is loaded: contexts are made anew only when it changes. */
  #loaded = '';

  constructor(db: Queryable, key: MasterKey, tls: TlsContexts) {
    this.#db = db;
    this.#key = key;
    this.#tls = tls;
  }

  /** Throws when they can't be read, when one does not fit its key, or when the chosen one is not there. */
  async load({ certificateId, minTlsVersion, dhBits }: AccessEncryptionSettings): Promise<void> {
    const certificates = await readServerCertificates(this.#db, this.#key);
    const fingerprint = JSON.stringify([certificateId, minTlsVersion, dhBits, certificates]);
    if (fingerprint === this.#loaded) return;
    this.#tls.replace(certificates, { certificateId, minTlsVersion, dhBits });
    this.#loaded = fingerprint;
    if (certificateId !== null && !certificates.some(({ id }) => id === certificateId)) {
      throw new Error(`certificate ${certificateId} is not in the store: choose another one`);
    }
  }
}
