// Ports and certificates follow the settings. Certificates first: without one a TLS port can't be opened. What can't
// be applied is what a handler throws; the settings library reports it and calls again until it works.
import { type Bus, settingsChanged } from '@pochtar/bus';
import type { Listeners, ServiceContext, TlsContexts, TlsPolicy, WantedListener } from '@pochtar/runtime';
import type { LiveSettings } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { type MasterKey, readServerCertificates } from '@pochtar/store/settings';

/** How often the store is asked for certificates that no event told of. */
const LOOK_EVERY_MS = 15_000;

export interface FollowedListeners<Encryption extends 'smtpEncryption' | 'accessEncryption'> {
  context: ServiceContext;
  db: Queryable;
  bus: Bus;
  settings: LiveSettings<'network' | NoInfer<Encryption>>;
  /** The section with the certificate and the policy of these listeners. */
  encryption: Encryption;
  key: MasterKey;
  tls: TlsContexts;
  listeners: Listeners;
  /** What the settings want now. */
  wanted: () => WantedListener[];
}

/** Resolves when the ports are open, or their faults reported. Returns what stops it. */
export async function followListeners<Encryption extends 'smtpEncryption' | 'accessEncryption'>(
  parts: FollowedListeners<Encryption>,
): Promise<() => void> {
  const { context, bus, settings, encryption, listeners, wanted } = parts;
  const loadCertificates = certificateLoader(parts);
  const openPorts = async (): Promise<void> => {
    try {
      await listeners.reconcile(wanted());
      context.health.report('listeners', listeners.addresses.length > 0 ? null : 'no port is open');
    } catch (error) {
      // One port that cannot be opened is a door that is shut, whatever else is open.
      context.health.report('listeners', (error as Error).message);
      throw error;
    }
  };
  const loadAndOpen = async (): Promise<void> => {
    try {
      await loadCertificates(settings.current(encryption));
    } finally {
      // What the certificates in use serve is served.
      await openPorts();
    }
  };
  const look = (): void => {
    loadAndOpen().catch((error: unknown) => context.log.warn({ err: error }, 'ports or certificates'));
  };
  await settings.apply(encryption, loadAndOpen);
  await settings.apply('network', openPorts);
  const subscription = bus.subscribe(settingsChanged, ({ section }) => {
    if (section === 'certificates') look();
  });
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    subscription.stop();
  };
}

/**
 * Shows the certificates of the store from the next handshake on; contexts are made anew only when something
 * changed. It throws when they can't be read, when one does not fit its key, or when the chosen one is not there; what
 * is in use stays in use then. Only who shows nothing yet shows what there is instead of the chosen one.
 */
function certificateLoader({ db, key, tls }: { db: Queryable; key: MasterKey; tls: TlsContexts }) {
  let loaded = '';
  return async ({ certificateId, minTlsVersion, dhBits }: TlsPolicy): Promise<void> => {
    const certificates = await readServerCertificates(db, key);
    const isAbsent = certificateId !== null && !certificates.some(({ id }) => id === certificateId);
    const wanted = JSON.stringify([certificateId, minTlsVersion, dhBits, certificates]);
    if (wanted !== loaded && !(isAbsent && tls.available)) {
      tls.replace(certificates, { certificateId, minTlsVersion, dhBits });
      loaded = wanted;
    }
    if (isAbsent) throw new Error(`certificate ${certificateId} is not in the store: choose another one`);
  };
}
