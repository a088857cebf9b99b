/**
 * The listeners that the settings ask for, and the rule that no two of them may want the same port of the
 * same interface. The firewall makes its rules from the same list.
 */
import type { Settings } from './catalogue.ts';
import { complaint, fieldName } from './place.ts';
import { type FieldPlace, type SettingsError, text } from './text.ts';

export interface Listener {
  readonly protocol: 'smtp' | 'submission' | 'smtps' | 'pop3' | 'pop3s' | 'imap' | 'imaps' | 'ldap';
  readonly port: number;
  /** Local addresses or interface names; empty = all. */
  readonly interfaces: readonly string[];
  /** Where the interfaces are chosen; undefined where no setting does. */
  readonly interfacesPlace: FieldPlace | undefined;
  /** TLS from the first byte. */
  readonly tls: boolean;
  /** Whether the firewall opens the port; undefined where no setting governs it. */
  readonly isOpen: boolean | undefined;
  readonly place: FieldPlace;
}

/** A process gives the sections it knows; what the others ask for is left out. */
export type ListenerSettings = Pick<Settings, 'network'> &
  Partial<Pick<Settings, 'smtpEncryption' | 'accessEncryption' | 'addressBook'>>;

/** Every listener that is switched on, in the order of the settings page. */
export function listenersOf({
  network,
  smtpEncryption,
  accessEncryption,
  addressBook,
}: ListenerSettings): Listener[] {
  const { smtpInterfaces, accessInterfaces, firewallRule } = network;
  const smtp = { interfaces: smtpInterfaces, interfacesPlace: at('network', 'smtpInterfaces') };
  const access = { interfaces: accessInterfaces, interfacesPlace: at('network', 'accessInterfaces') };
  const plain = (
    protocol: Listener['protocol'],
    field: 'smtpPort' | 'pop3Port' | 'imapPort' | 'submissionPort',
  ) =>
    ({
      protocol,
      port: network[field],
      tls: false,
      isOpen: firewallRule,
      place: at('network', field),
    }) as const;
  const listeners: Listener[] = [
    { ...plain('smtp', 'smtpPort'), ...smtp },
    { ...plain('pop3', 'pop3Port'), ...access },
    { ...plain('imap', 'imapPort'), ...access },
  ];
  if (network.submissionEnabled) listeners.push({ ...plain('submission', 'submissionPort'), ...smtp });
  if (smtpEncryption !== undefined && hasTlsFirst(smtpEncryption)) {
    const { smtpsPort: port, firewallRule: isOpen } = smtpEncryption;
    const place = at('smtpEncryption', 'smtpsPort');
    listeners.push({ protocol: 'smtps', port, tls: true, isOpen, place, ...smtp });
  }
  if (accessEncryption !== undefined && hasTlsFirst(accessEncryption)) {
    const { pop3sPort, imapsPort, firewallRule: isOpen } = accessEncryption;
    const [pop3s, imaps] = [at('accessEncryption', 'pop3sPort'), at('accessEncryption', 'imapsPort')];
    listeners.push(
      { protocol: 'pop3s', port: pop3sPort, tls: true, isOpen, place: pop3s, ...access },
      { protocol: 'imaps', port: imapsPort, tls: true, isOpen, place: imaps, ...access },
    );
  }
  if (addressBook?.enabled) {
    const everywhere = { interfaces: [], interfacesPlace: undefined, isOpen: undefined };
    const place = at('addressBook', 'port');
    listeners.push({ protocol: 'ldap', port: addressBook.port, tls: false, place, ...everywhere });
  }
  return listeners;
}

/** Without encryption there are no TLS-first ports, whatever the switch says that the form hides then. */
function hasTlsFirst({
  mode,
  implicitTlsEnabled,
}: Pick<Settings['smtpEncryption'], 'mode' | 'implicitTlsEnabled'>) {
  return mode !== 'none' && implicitTlsEnabled;
}

/**
 * One error for each pair of listeners that want the same port of an interface they share: at the field that was changed,
 * where only one of the two was.
 */
export function portClashes(
  settings: ListenerSettings,
  isChanged: (place: FieldPlace) => boolean = () => true,
): SettingsError[] {
  const listeners = listenersOf(settings);
  const errors: SettingsError[] = [];
  for (const [index, first] of listeners.entries()) {
    for (const second of listeners.slice(index + 1)) {
      if (first.port !== second.port || !shareInterface(first, second)) continue;
      const isFirst = isChanged(first.place) && !isChanged(second.place);
      errors.push(isFirst ? clash(second, first) : clash(first, second));
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
  const other = fieldName(first.place);
  const message = text(
    `порт ${second.port} указан и в поле ${other.ru} на общем интерфейсе: измените один из двух портов`,
    `port ${second.port} is also given in ${other.en} on an interface they share: change one of the two`,
  );
  return complaint(second.place, 'portClash', message, [first.place]);
}

function at(section: string, field: string): FieldPlace {
  return { section, field };
}
