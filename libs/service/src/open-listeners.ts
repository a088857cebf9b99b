// The sockets of a protocol server under the rules of the settings: how many connections, whose PROXY header is
// believed. Which ports, is for `followListeners`.
import { Listeners, type ListenersOptions, type Logger, type TlsContexts } from '@pochtar/runtime';
import { followedNetworks } from './followed-networks.ts';
import type { CurrentSettings } from './open-service.ts';

export interface ListeningServer {
  settings: CurrentSettings<'network' | 'limits'>;
  tls: TlsContexts;
  log: Logger;
}

/** Listens nowhere yet. */
export function openListeners(
  { settings, tls, log }: ListeningServer,
  protocol: Required<Pick<ListenersOptions, 'onConnection' | 'refusal'>> &
    Pick<ListenersOptions, 'isWelcome' | 'isHidden' | 'isProxyHeaderOptional'>,
): Listeners {
  // All users of the web mail share its address.
  const isWebmail = followedNetworks(() => settings.current('network').webmailAddresses);
  return new Listeners({
    ...protocol,
    tls,
    log,
    limits: () => {
      const { sessionsPerAddress, sessionsTotal } = settings.current('limits');
      return { perAddress: sessionsPerAddress, total: sessionsTotal };
    },
    isExempt: (address) => isWebmail(address) || protocol.isHidden?.(address) === true,
    isTrustedProxy: followedNetworks(() => settings.current('network').trustedProxies),
  });
}
