// The certificates of the installation, shown from the next handshake on when they change.
import { type Bus, settingsChanged } from '@pochtar/bus';
import type { Logger, ServerCertificate, TlsContexts } from '@pochtar/runtime';
import type { LiveSettings } from '@pochtar/settings';

const LOOK_EVERY_MS = 15_000;

interface Followed {
  bus: Bus;
  settings: LiveSettings<'accessEncryption'>;
  tls: TlsContexts;
  log: Logger;
  read: () => Promise<ServerCertificate[]>;
}

/** Resolves when they are loaded, or could not be; returns what stops it. */
export async function followCertificates({ bus, settings, tls, log, read }: Followed): Promise<() => void> {
  const load = async (): Promise<void> => {
    const { certificateId, dhBits } = settings.current('accessEncryption');
    tls.replace(await read(), { certificateId, dhBits, minTlsVersion: 'TLSv1.2' });
  };
  const look = (): Promise<void> =>
    load().catch((error: unknown) => log.warn({ err: error }, 'certificates were not loaded'));
  await look();
  const subscription = bus.subscribe(settingsChanged, ({ section }) => {
    if (section === 'certificates' || section === 'accessEncryption') void look();
  });
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    subscription.stop();
  };
}
