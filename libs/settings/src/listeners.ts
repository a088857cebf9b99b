/**
 * The listeners that the settings ask for, and the rule that no two of them may want the same port of the
 * same interface. The firewall makes its rules from the same list.
 */
import type { Settings } from './catalogue.ts';
import type { FieldPlace, SettingsError } from './text.ts';
import { text } from './text.ts';

export interface Listener {
  readonly protocol: 'smtp' | 'submission' | 'smtps' | 'pop3' | 'pop3s' | 'imap' | 'imaps' | 'ldap';
  readonly port: number;
  /** Local addresses or interface names; empty = all. */
  readonly interfaces: readonly string[];
  /** Whether the firewall opens the port; undefined where no setting governs it. */
  readonly isOpen: boolean | undefined;
  readonly place: FieldPlace;
}

export type ListenerSettings = Pick<Settings, 'network' | 'smtpEncryption' | 'accessEncryption'> &
  Partial<Pick<Settings, 'addressBook'>>;

/** Every listener that is switched on, in the order of the settings page. */
export function listenersOf(settings: ListenerSettings): Listener[] {
  const { network, smtpEncryption, accessEncryption, addressBook } = settings;
  const smtp = { interfaces: network.smtpInterfaces };
  const access = { interfaces: network.accessInterfaces };
  const isOpen = network.firewallRule;
  const listeners: Listener[] = [
    { protocol: 'smtp', port: network.smtpPort, ...smtp, isOpen, place: at('network', 'smtpPort') },
    { protocol: 'pop3', port: network.pop3Port, ...access, isOpen, place: at('network', 'pop3Port') },
    { protocol: 'imap', port: network.imapPort, ...access, isOpen, place: at('network', 'imapPort') },
  ];
  if (network.submissionEnabled) {
    listeners.push({
      protocol: 'submission',
      port: network.submissionPort,
      ...smtp,
      isOpen,
      place: at('network', 'submissionPort'),
    });
  }
  if (smtpEncryption.implicitTlsEnabled) {
    const { smtpsPort, firewallRule } = smtpEncryption;
    listeners.push({
      protocol: 'smtps',
      port: smtpsPort,
      ...smtp,
      isOpen: firewallRule,
      place: at('smtpEncryption', 'smtpsPort'),
    });
  }
  if (accessEncryption.implicitTlsEnabled) {
    const { pop3sPort, imapsPort, firewallRule } = accessEncryption;
    listeners.push(
      {
        protocol: 'pop3s',
        port: pop3sPort,
        ...access,
        isOpen: firewallRule,
        place: at('accessEncryption', 'pop3sPort'),
      },
      {
        protocol: 'imaps',
        port: imapsPort,
        ...access,
        isOpen: firewallRule,
        place: at('accessEncryption', 'imapsPort'),
      },
    );
  }
  if (addressBook?.enabled) {
    listeners.push({
      protocol: 'ldap',
      port: addressBook.port,
      interfaces: [],
      isOpen: undefined,
      place: at('addressBook', 'port'),
    });
  }
  return listeners;
}

/** One error for each pair of listeners that want the same port of an interface they share. */
export function portClashes(settings: ListenerSettings): SettingsError[] {
  const listeners = listenersOf(settings);
  const errors: SettingsError[] = [];
  for (const [index, first] of listeners.entries()) {
    for (const second of listeners.slice(index + 1)) {
      if (first.port === second.port && shareInterface(first, second)) errors.push(clash(first, second));
    }
  }
  return errors;
}

/**
 * Whether two listeners surely share an interface. A name and an address may belong together too; that is
 * only known where they are bound, and is reported there as "not applied".
 */
function shareInterface(first: Listener, second: Listener): boolean {
  if (isEverywhere(first) || isEverywhere(second)) return true;
  return first.interfaces.some((name) => second.interfaces.includes(name));
}

function isEverywhere(listener: Listener): boolean {
  return (
    listener.interfaces.length === 0 ||
    listener.interfaces.some((name) => name === '0.0.0.0' || name === '::')
  );
}

function clash(first: Listener, second: Listener): SettingsError {
  const a = `${first.place.section}.${first.place.field}`;
  const b = `${second.place.section}.${second.place.field}`;
  return {
    ...second.place,
    code: 'portClash',
    related: [first.place],
    message: text(
      `порт ${second.port} указан и в ${a}, и в ${b} на общем интерфейсе: измените один из двух портов`,
      `port ${second.port} is given in both ${a} and ${b} on an interface they share: change one of the two`,
    ),
  };
}

function at(section: string, field: string): FieldPlace {
  return { section, field };
}
