// The listeners that the settings ask for, on the addresses of this machine.
import { listenHosts, type WantedListener } from '@pochtar/runtime';
import { fieldName, type Listener, type ListenerSettings, listenersOf } from '@pochtar/settings';

/** Of these protocols, each on all its interfaces. */
export function wantedListeners(
  settings: ListenerSettings,
  protocols: readonly Listener['protocol'][],
): (WantedListener & Pick<Listener, 'protocol'>)[] {
  const wanted = listenersOf(settings).filter(({ protocol }) => protocols.includes(protocol));
  return wanted.flatMap(({ protocol, port, tls, interfaces, interfacesPlace, place }) =>
    listenHosts(interfaces).map((host) => {
      // What is wrong with an interface that is not there is not the port.
      const name = fieldName((host.isMissing && interfacesPlace) || place);
      return { ...host, protocol, port, tls, name };
    }),
  );
}
