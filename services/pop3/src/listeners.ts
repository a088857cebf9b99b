// Which sockets POP3 listens on, from the settings; the connections' limits; and what is shown over TLS.
import {
  type IncomingConnection,
  listenHosts,
  Listeners,
  networkSet,
  type WantedListener,
} from '@pochtar/runtime';
import type { AccessEncryptionSettings, NetworkSettings } from '@pochtar/settings';
import type { Server } from './server.ts';
import { Session } from './session.ts';

export function wantedListeners(
  network: NetworkSettings,
  encryption: AccessEncryptionSettings,
): WantedListener[] {
  const hosts = listenHosts(network.accessInterfaces);
  const plain = hosts.map((host) => ({ host, port: network.pop3Port, tls: false }));
  if (!encryption.implicitTlsEnabled) return plain;
  return [...plain, ...hosts.map((host) => ({ host, port: encryption.pop3sPort, tls: true }))];
}

export function openListeners(server: Server): Listeners {
  const { settings, log, tls } = server;
  return new Listeners({
    log,
    tls,
    limits: () => {
      const { sessionsPerAddress, sessionsTotal } = settings.current('limits');
      return { perAddress: sessionsPerAddress, total: sessionsTotal };
    },
    // All users of the web mail share its address.
    isExempt: (address) => networkSet(settings.current('network').webmailAddresses)(address),
    refusal: () => '-ERR [SYS/TEMP] too many connections\r\n',
    isTrustedProxy: (address) => networkSet(settings.current('network').trustedProxies)(address),
    onConnection: (connection: IncomingConnection) => void new Session(server, connection).run(),
  });
}
