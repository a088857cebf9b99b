// Which sockets IMAP listens on, from the settings.
import { listenHosts, type WantedListener } from '@pochtar/runtime';
import type { AccessEncryptionSettings, NetworkSettings } from '@pochtar/settings';

export function wantedListeners(
  network: NetworkSettings,
  encryption: AccessEncryptionSettings,
): WantedListener[] {
  const hosts = listenHosts(network.accessInterfaces);
  const plain = hosts.map((host) => ({ host, port: network.imapPort, tls: false }));
  if (!encryption.implicitTlsEnabled) return plain;
  return [...plain, ...hosts.map((host) => ({ host, port: encryption.imapsPort, tls: true }))];
}
