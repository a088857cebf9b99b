/**
 * What of the settings can be tried before it is saved: which test stands at which block, whose values it takes, and
 * what its button is called. Who runs it, is the bus's matter.
 */
import type { SectionName } from '../catalogue.ts';
import type { PathCondition, TestKind } from '../forms/description.ts';
import { type Text, text } from '../text.ts';
import type { FieldPath } from './row.ts';

export interface SettingsTest {
  readonly label: Text;
  /** The sections whose values it is given. */
  readonly sections: readonly SectionName[];
  /** The fields, or whole sections, whose change makes an earlier result void. */
  readonly about: readonly (FieldPath | SectionName)[];
  /** The block of the forms it stands at. */
  readonly block: string;
  /** Offered only while this holds. */
  readonly when?: PathCondition;
}

export const settingsTests: Readonly<Record<TestKind, SettingsTest>> = {
  ports: {
    label: text('Проверить порты', 'Test the ports'),
    sections: ['network', 'smtpEncryption', 'accessEncryption'],
    about: [
      'network',
      'smtpEncryption.implicitTlsEnabled',
      'smtpEncryption.smtpsPort',
      'accessEncryption.implicitTlsEnabled',
      'accessEncryption.pop3sPort',
      'accessEncryption.imapsPort',
    ],
    block: 'network',
  },
  certificate: {
    label: text('Проверить сертификаты', 'Test the certificates'),
    sections: ['smtpEncryption', 'accessEncryption', 'general'],
    about: [
      'smtpEncryption.mode',
      'smtpEncryption.certificateId',
      'accessEncryption.mode',
      'accessEncryption.certificateId',
    ],
    block: 'encryption',
  },
  relay: {
    label: text('Проверить связь', 'Test the connection'),
    sections: ['relay', 'general'],
    about: ['relay'],
    block: 'relay',
  },
  helo: {
    label: text('Проверить имя сервера', "Test the server's name"),
    sections: ['general'],
    about: ['general.heloName'],
    block: 'general',
  },
  volume: {
    label: text('Проверить хранилище', 'Test the storage'),
    sections: ['general'],
    about: ['general.storageVolume'],
    block: 'general',
  },
  clamav: {
    label: text('Проверить ClamAV', 'Test ClamAV'),
    sections: ['antivirus'],
    about: ['antivirus.clamavEnabled', 'antivirus.clamavAddress'],
    block: 'antivirus',
    when: { path: 'antivirus.clamavEnabled', is: true },
  },
  kaspersky: {
    label: text('Проверить антивирус Касперского', 'Test Kaspersky'),
    sections: ['antivirus'],
    about: ['antivirus.kasperskyEnabled', 'antivirus.kasperskyAddress'],
    block: 'antivirus',
    when: { path: 'antivirus.kasperskyEnabled', is: true },
  },
  drweb: {
    label: text('Проверить Dr.Web', 'Test Dr.Web'),
    sections: ['antivirus'],
    about: ['antivirus.drwebEnabled', 'antivirus.drwebAddress'],
    block: 'antivirus',
    when: { path: 'antivirus.drwebEnabled', is: true },
  },
  dnsbl: {
    label: text('Проверить списки', 'Test the lists'),
    sections: ['dnsbl', 'general'],
    about: ['dnsbl.zones', 'dnsbl.timeoutMs'],
    block: 'dnsbl',
  },
  addressBook: {
    label: text('Проверить адресную книгу', 'Test the address book'),
    sections: ['addressBook'],
    about: ['addressBook.enabled', 'addressBook.port'],
    block: 'addressBook',
  },
};

export const testKinds = Object.keys(settingsTests) as [TestKind, ...TestKind[]];
