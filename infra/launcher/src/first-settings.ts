// What services/migrate seeds a new native installation with: the chosen ports and the directory volume.
import { writeWhole } from '@pochtar/runtime';
import { firstSettingsFile } from './environment.ts';
import type { ListenPorts } from './listen-ports.ts';
import type { StatePaths } from './paths.ts';

/** Written at every start; migrate reads it for sections and volumes that have no row yet. */
export function writeFirstSettings(paths: StatePaths, ports: ListenPorts): void {
  const document = {
    settings: {
      network: {
        smtpPort: ports.smtp,
        submissionPort: ports.submission,
        imapPort: ports.imap,
        pop3Port: ports.pop3,
      },
      smtpEncryption: { smtpsPort: ports.smtps },
      accessEncryption: { imapsPort: ports.imaps, pop3sPort: ports.pop3s },
      addressBook: { port: ports.ldap },
    },
    volume: { name: 'var/mail', kind: 'directory', config: { path: paths.mail } },
  };
  writeWhole(firstSettingsFile(paths), `${JSON.stringify(document, null, 2)}\n`);
}
