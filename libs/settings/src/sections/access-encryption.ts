/** TLS of the POP3 and IMAP listeners, and of binds to the address book. */
import { bool, onlyWhen, port, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { cautions, certificateId, dhBits, firewallRule, minTlsVersion, mode } from './encryption.ts';

export const accessEncryption = defineSection({
  name: 'accessEncryption',
  tab: 'settings',
  label: text('Шифрование: POP3/IMAP', 'Encryption: POP3/IMAP'),
  help: text(
    'Как защищены соединения POP3 и IMAP, а также вход в адресную книгу.',
    'How POP3 and IMAP connections are protected, and logging in to the address book.',
  ),
  appliedBy: ['imap', 'pop3', 'ldap', 'firewall'],
  fields: {
    mode,
    certificateId,
    implicitTlsEnabled: onlyWhen(
      'mode',
      ['optional', 'required'],
      bool(
        true,
        words(
          'Включить POP3S/IMAPS',
          'Enable POP3S/IMAPS',
          'Отдельные порты, на которых TLS обязателен с первого байта.',
          'Ports of their own on which TLS is compulsory from the first byte.',
        ),
      ),
    ),
    pop3sPort: onlyWhen(
      'implicitTlsEnabled',
      [true],
      port(
        995,
        words(
          'Порт POP3S',
          'POP3S port',
          'Порт POP3, на котором TLS начинается сразу.',
          'The TLS-first port of POP3.',
        ),
      ),
    ),
    imapsPort: onlyWhen(
      'implicitTlsEnabled',
      [true],
      port(
        993,
        words(
          'Порт IMAPS',
          'IMAPS port',
          'Порт IMAP, на котором TLS начинается сразу.',
          'The TLS-first port of IMAP.',
        ),
      ),
    ),
    firewallRule,
    minTlsVersion,
    dhBits,
  },
  cautions,
});
