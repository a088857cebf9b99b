// Ports and certificates follow the settings. Certificates first: without one the TLS port can't be opened. What can't
// be applied is what the handler throws; the settings library reports it and calls again until it works.
import { type Bus, settingsChanged } from '@pochtar/bus';
import type { Listeners, ServiceContext } from '@pochtar/runtime';
import type { LiveSettings } from '@pochtar/settings';
import type { Certificates } from './certificates.ts';
import { wantedListeners } from './listeners.ts';
import type { UsedSection } from './server.ts';

/** How often the store is asked for certificates that no event told of. */
const LOOK_EVERY_MS = 15_000;

export interface Followed {
  context: ServiceContext;
  bus: Bus;
  settings: LiveSettings<UsedSection>;
  listeners: Listeners;
  certificates: Certificates;
}

/** Resolves when the ports are open, or their faults reported. Returns what stops it. */
export async function followSettings(parts: Followed): Promise<() => void> {
  const { context, bus, settings, listeners, certificates } = parts;
  const openPorts = async (): Promise<void> => {
    try {
      await listeners.reconcile(
        wantedListeners(settings.current('network'), settings.current('accessEncryption')),
      );
    } finally {
      context.health.report('listeners', listeners.addresses.length > 0 ? null : 'no port is open');
    }
  };
  const loadAndOpen = async (): Promise<void> => {
    try {
      await certificates.load(settings.current('accessEncryption'));
    } finally {
      await openPorts();
    }
  };
  const look = (): void => {
    loadAndOpen().catch((error: unknown) => context.log.warn({ err: error }, 'ports or certificates'));
  };
  await settings.apply('accessEncryption', loadAndOpen);
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
