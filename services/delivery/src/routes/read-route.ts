// A route as somebody typed it: in its normal form, or a complaint that names the field.
import { type AdminReply, refused } from '@pochtar/bus';
import { domainKey, isDomain } from '@pochtar/mail';
import { hostOrAddress } from '@pochtar/settings';
import type { NewDomainRoute, RouteTls } from '@pochtar/store/queue';

type Refusal = Extract<AdminReply<never>, { ok: false }>;

export interface TypedServer {
  domain: string;
  host: string;
  port: number;
  tls: RouteTls;
  isVerified: boolean;
  username: string;
  password?: string | undefined;
}

export type ReadServer = Pick<NewDomainRoute, 'domain' | 'host' | 'port' | 'tls' | 'isVerified' | 'username'>;

/** `example.org`, or `.example.org`; in A-labels. */
export function routeDomain(written: string): string | null {
  const text = written.trim().replace(/\.$/, '');
  const name = text.startsWith('.') ? text.slice(1) : text;
  if (!isDomain(name)) return null;
  return (text.startsWith('.') ? '.' : '') + domainKey(name);
}

export function readServer(typed: TypedServer): { ok: true; server: ReadServer } | Refusal {
  const domain = routeDomain(typed.domain);
  if (domain === null) return noDomain(typed.domain);
  const host = hostOrAddress(typed.host);
  if (host === undefined) return noHost;
  const { port, tls, isVerified, username, password } = typed;
  if (tls === 'smtps' && port === 25) return smtpsOnPort25;
  if (tls !== 'smtps' && port === 465) return port465WithoutSmtps;
  if (/\p{Cc}/u.test(username)) return controlCharacters;
  if (username === '' && password !== undefined) return passwordAlone;
  return { ok: true, server: { domain, host: domainKey(host), port, tls, isVerified, username } };
}

export function noDomain(written: string): Refusal {
  const shown = written.slice(0, 100);
  return refused(
    'invalid',
    'domain',
    `«${shown}» — не домен: укажите домен, например example.org, или .example.org для всего ниже него`,
    `“${shown}” is no domain: give a domain such as example.org, or .example.org for what is below it`,
  );
}

const noHost = refused(
  'invalid',
  'host',
  'укажите имя сервера или его IP-адрес, например smtp.example.org',
  'give the name of the server or its IP address, such as smtp.example.org',
);
const smtpsOnPort25 = refused(
  'smtpsOnPort25',
  'tls',
  'TLS с первого байта не бывает на порту 25: укажите порт 465 или выберите STARTTLS',
  'there is no TLS from the first octet on port 25: give port 465, or choose STARTTLS',
);
const port465WithoutSmtps = refused(
  'port465WithoutSmtps',
  'tls',
  'на порту 465 TLS начинается с первого байта: выберите его или укажите другой порт',
  'on port 465 TLS begins with the first octet: choose that, or give another port',
);
const controlCharacters = refused(
  'invalid',
  'username',
  'укажите логин без управляющих символов',
  'give a login without control characters',
);
const passwordAlone = refused(
  'missing',
  'username',
  'пароль указан, а логин нет: укажите логин или уберите пароль',
  'there is a password and no login: give the login, or leave the password out',
);
