/** TLS of the SMTP listeners. */
import { bool, onlyWhen, port, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { cautions, certificateId, dhBits, firewallRule, minTlsVersion, mode } from './encryption.ts';

export const smtpEncryption = defineSection({
  name: 'smtpEncryption',
  tab: 'settings',
  label: text('Шифрование: SMTP', 'Encryption: SMTP'),
  help: text(
    'Как защищены соединения SMTP: STARTTLS на обычных портах и отдельный порт SMTPS.',
    'How SMTP connections are protected: STARTTLS on the plain ports, and the SMTPS port of its own.',
  ),
  appliedBy: ['smtp', 'firewall'],
  fields: {
    mode,
    certificateId,
    implicitTlsEnabled: onlyWhen(
      'mode',
      ['optional', 'required'],
      bool(
        true,
        words(
          'Включить SMTPS',
          'Enable SMTPS',
          'Отдельный порт, на котором TLS обязателен с первого байта.',
          'A port of its own on which TLS is compulsory from the first byte.',
        ),
      ),
    ),
    smtpsPort: onlyWhen(
      'implicitTlsEnabled',
      [true],
      port(
        465,
        words('Порт SMTPS', 'SMTPS port', 'Порт, на котором TLS начинается сразу.', 'The TLS-first port.'),
      ),
    ),
    firewallRule,
    minTlsVersion,
    dhBits,
  },
  cautions,
});
