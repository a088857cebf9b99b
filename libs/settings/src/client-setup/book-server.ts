// What a mail program is told of the address book: the server of LDAP as the settings have it now.
import { baseNames } from '../base-names.ts';
import type { Settings } from '../catalogue.ts';
import { type ListenerSettings, listenersOf } from '../listeners.ts';

export interface BookServer {
  host: string;
  port: number;
  /** TLS from the first octet on, which the port takes beside what is plain: no program knows StartTLS of LDAP. */
  security: 'tls' | 'plain';
  /** The first is what a program that takes only one is told. */
  bases: [string, ...string[]];
}

/** `host` is what clients know this server as. Null: the address book is switched off. */
export function bookServer(
  settings: ListenerSettings & Pick<Settings, 'accessEncryption' | 'addressBook'>,
  host: string,
): BookServer | null {
  const listener = listenersOf(settings).find(({ protocol }) => protocol === 'ldap');
  const [first, ...others] = baseNames(settings.addressBook.baseDn);
  if (listener === undefined || first === undefined) return null;
  const security = settings.accessEncryption.mode === 'none' ? 'plain' : 'tls';
  return { host, port: listener.port, security, bases: [first, ...others] };
}
