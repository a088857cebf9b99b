// A route as it is typed, and as it is sent.
import type { Answer, Given } from '../../api/client.ts';

export type Route = Answer<'GET /routes'>['routes'][number];

export interface RouteForm {
  domain: string;
  host: string;
  port: string;
  tls: Route['tls'];
  isVerified: boolean;
  username: string;
  /** Empty: the one that is stored. */
  password: string;
  /** Empty: as everywhere. */
  maxConnections: string;
  perMinute: string;
  comment: string;
  isOn: boolean;
}

export type RouteBody = NonNullable<Given<'POST /routes'>['body']>;

export function routeForm(route: Route | undefined): RouteForm {
  const limit = (value: number | null | undefined): string => (value == null ? '' : String(value));
  return {
    domain: route?.domain ?? '',
    host: route?.host ?? '',
    port: String(route?.port ?? 25),
    tls: route?.tls ?? 'opportunistic',
    isVerified: route?.isVerified ?? false,
    username: route?.username ?? '',
    password: '',
    maxConnections: limit(route?.maxConnections),
    perMinute: limit(route?.perMinute),
    comment: route?.comment ?? '',
    isOn: route?.isOn ?? true,
  };
}

const isNumber = (text: string): boolean => /^\d+$/.test(text.trim());

/** Whether all of it can be sent; what does not fit then, the server says. */
export function isSendable({ domain, host, port, maxConnections, perMinute }: RouteForm): boolean {
  const isLimit = (text: string): boolean => text.trim() === '' || isNumber(text);
  return (
    domain.trim() !== '' &&
    host.trim() !== '' &&
    isNumber(port) &&
    isLimit(maxConnections) &&
    isLimit(perMinute)
  );
}

export function routeBody(form: RouteForm): RouteBody {
  const limit = (text: string): number | null => (text.trim() === '' ? null : Number(text));
  const { domain, host, port, tls, isVerified, username, password, comment, isOn } = form;
  return {
    ...{ domain: domain.trim(), host: host.trim(), port: Number(port), tls, comment, isOn },
    // Of a certificate that may not be there at all nothing is asked.
    isVerified: isVerified && tls !== 'opportunistic',
    username: username.trim(),
    ...(username.trim() !== '' && password !== '' && { password }),
    maxConnections: limit(form.maxConnections),
    perMinute: limit(form.perMinute),
  };
}
