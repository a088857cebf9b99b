// What a batch is sent to: the MX hosts of a domain, the relay of the settings, or the server of a route.
//
// A relay and a route name one server, by our own settings: it is not looked up for MX, may be anywhere, and what other
// domains ask of who sends to them (MTA-STS, DANE) does not concern it.
import type { RelaySettings } from '@pochtar/settings';
import type { DomainRoute } from '@pochtar/store/queue';
import type { RouteFailure } from './mx.ts';
import type { NamedTls } from './tls-policy.ts';

export type Target =
  | { kind: 'mx'; domain: string }
  | { kind: 'relay'; relay: RelaySettings }
  | {
      kind: 'route';
      route: Pick<DomainRoute, 'id' | 'domain' | 'host' | 'port' | 'tls' | 'isVerified' | 'username'>;
    };

/** One server that our settings name. */
export interface NamedServer {
  host: string;
  port: number;
  tls: Omit<NamedTls, 'address'>;
  /** '' is without a log-in. */
  username: string;
  password: () => Promise<string | null>;
  /** What to correct when there is no password, or no address. */
  remedies: { password: string; host: string };
}

export interface PasswordTools {
  relayPassword: () => Promise<string | null>;
  /** By the id of the route. */
  routePassword: (id: number) => Promise<string | null>;
}

export function namedServer(tools: PasswordTools, target: Exclude<Target, { kind: 'mx' }>): NamedServer {
  switch (target.kind) {
    case 'relay': {
      const { host, port, smtps, authEnabled, username } = target.relay;
      return {
        ...{ host, port, username: authEnabled ? username : '', password: tools.relayPassword },
        tls: {
          mode: smtps ? 'smtps' : 'opportunistic',
          // A relay in one's own network has the certificate it has.
          verified: smtps ? 'publicly' : 'never',
          hasLogIn: authEnabled,
        },
        remedies: {
          password: 'no password is set for the relay: set relay.password',
          host: `the relay ${host} has no address: correct relay.host`,
        },
      };
    }
    case 'route': {
      const { id, domain, host, port, tls, isVerified, username } = target.route;
      return {
        ...{ host, port, username, password: () => tools.routePassword(id) },
        tls: { mode: tls, verified: isVerified ? 'always' : 'never', hasLogIn: username !== '' },
        remedies: {
          password: `the route for ${domain} has no password: set it`,
          host: `${host}, where the route for ${domain} leads, has no address: correct the route`,
        },
      };
    }
  }
}

/** RFC 4954 §6 (RFC 3463): our own configuration is wrong; the mail waits until it is put right. */
export const noPassword = ({ remedies }: NamedServer): RouteFailure => ({
  kind: 'deferred',
  status: '4.7.0',
  diagnostic: remedies.password,
});

/** What the trace says beside what the far side said; null: nothing. */
export function wayOf(target: Target): string | null {
  return target.kind === 'route' ? `by the route for ${target.route.domain}` : null;
}
