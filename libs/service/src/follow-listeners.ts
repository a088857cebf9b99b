// Ports and certificates follow the settings. Certificates first: without one a TLS port can't be opened. What can't
// be applied is what a handler throws; the settings library reports it and calls again until it works.
import { type Bus, settingsChanged } from '@pochtar/bus';
import type { Listeners, ServiceContext, TlsContexts, TlsPolicy, WantedListener } from '@pochtar/runtime';
import {
  complaint,
  joined,
  type LiveSettings,
  NotApplied,
  type Problem,
  problemOf,
  type Text,
  text,
} from '@pochtar/settings';
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
    } finally {
      // One port that cannot be opened is a door that is shut, whatever else is open: what is thrown stands in the
      // health of the process as that of the settings which could not be applied.
      // Where no port is wanted, none is missing.
      const isShut = listeners.addresses.length === 0 && wanted().length > 0;
      context.health.report('listeners', isShut ? 'no port is open' : null);
    }
  };
  // What the certificates in use serve is served, whatever became of the others.
  const loadAndOpen = () => allOf([() => loadCertificates(settings.current(encryption)), openPorts]);
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
export function certificateLoader({ db, key, tls, encryption: section }: CertificateParts) {
  let loaded = '';
  let broken: string[] = [];
  return async ({ certificateId, minTlsVersion, dhBits }: TlsPolicy): Promise<void> => {
    const certificates = await readServerCertificates(db, key);
    const isAbsent = certificateId !== null && !certificates.some(({ id }) => id === certificateId);
    const wanted = JSON.stringify([certificateId, minTlsVersion, dhBits, certificates]);
    if (wanted !== loaded && !(isAbsent && tls.available)) {
      show(() => (broken = tls.replace(certificates, { certificateId, minTlsVersion, dhBits })));
      loaded = wanted;
    }
    if (isAbsent) throw notApplied('noCertificate', isNotThere(certificateId));
    if (broken.length > 0) throw notApplied('badCertificate', areLeftOut(broken));
  };

  function show(replace: () => void): void {
    try {
      replace();
    } catch (error) {
      const { message } = error as Error;
      throw notApplied(
        'badCertificate',
        text(
          `сертификат не подходит (${message}): замените его или выберите другой`,
          `the certificate does not fit (${message}): replace it or choose another one`,
        ),
      );
    }
  }

  function notApplied(code: string, message: Text): NotApplied {
    const place = { section, field: 'certificateId' };
    return new NotApplied(code, complaint(place, code, message).message);
  }
}

type CertificateParts = Pick<
  FollowedListeners<'smtpEncryption' | 'accessEncryption'>,
  'db' | 'key' | 'tls' | 'encryption'
>;

function areLeftOut(ids: readonly string[]): Text {
  const names = ids.slice(0, 20).join(', ');
  return text(
    `сертификаты ${names} не подходят к своим ключам и не используются: замените или удалите их`,
    `the certificates ${names} do not fit their keys and are not used: replace or remove them`,
  );
}

function isNotThere(certificateId: string | null): Text {
  return text(
    `сертификата ${certificateId} нет в хранилище: выберите другой`,
    `certificate ${certificateId} is not in the store: choose another one`,
  );
}

/** Does all of them, and then tells of everything that went wrong. */
async function allOf(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const problems: Problem[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      problems.push(problemOf(error));
    }
  }
  const [first] = problems;
  if (first !== undefined) throw new NotApplied(first.code, joined(problems.map((one) => one.text)));
}
