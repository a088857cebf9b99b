// The certificates of the installation, shown from the next handshake on when they change.
import { type Bus, settingsChanged } from '@pochtar/bus';
import type { Logger, TlsContexts } from '@pochtar/runtime';
import { certificateLoader } from '@pochtar/service';
import type { LiveSettings } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import type { MasterKey } from '@pochtar/store/settings';

const LOOK_EVERY_MS = 15_000;

interface Followed {
  db: Queryable;
  bus: Bus;
  settings: LiveSettings<'accessEncryption'>;
  key: MasterKey;
  tls: TlsContexts;
  log: Logger;
}

/** Resolves when they are loaded, or could not be; returns what stops it. */
export async function followCertificates(parts: Followed): Promise<() => void> {
  const { bus, settings, log } = parts;
  const load = certificateLoader({ ...parts, encryption: 'accessEncryption' });
  const look = (): Promise<void> =>
    load({ ...settings.current('accessEncryption'), minTlsVersion: 'TLSv1.2' }).catch((error: unknown) =>
      log.warn({ err: error }, 'certificates were not loaded'),
    );
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
