// Apple's configuration profile with one mail account, for iOS and macOS. The password is asked for by the device.
import { createHash } from 'node:crypto';
import type { MailServer } from './mail-servers.ts';
import { xmlText } from './xml.ts';

/** Null when there is nothing to read mail with, or to send it with. */
export function appleProfile(address: string, servers: readonly MailServer[]): string | null {
  const incoming = servers.find(({ protocol }) => protocol !== 'smtp');
  const outgoing = servers.find(({ protocol }) => protocol === 'smtp');
  if (incoming === undefined || outgoing === undefined) return null;
  const account = dict({
    EmailAccountType: incoming.protocol === 'imap' ? 'EmailTypeIMAP' : 'EmailTypePOP',
    EmailAccountDescription: address,
    EmailAddress: address,
    ...serverOf('Incoming', incoming, address),
    ...serverOf('Outgoing', outgoing, address),
    OutgoingPasswordSameAsIncomingPassword: true,
    PayloadDescription: address,
    PayloadDisplayName: address,
    PayloadIdentifier: `pochtar.mail.${uuidOf(`account ${address}`)}`,
    PayloadType: 'com.apple.mail.managed',
    PayloadUUID: uuidOf(`account ${address}`),
    PayloadVersion: 1,
  });
  const profile = dict(
    {
      PayloadDisplayName: address,
      PayloadIdentifier: `pochtar.profile.${uuidOf(address)}`,
      PayloadRemovalDisallowed: false,
      PayloadType: 'Configuration',
      PayloadUUID: uuidOf(address),
      PayloadVersion: 1,
    },
    `<key>PayloadContent</key>\n<array>\n${account}</array>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${profile}</plist>
`;
}

function serverOf(way: 'Incoming' | 'Outgoing', { host, port, security }: MailServer, login: string) {
  return {
    [`${way}MailServerHostName`]: host,
    [`${way}MailServerPortNumber`]: port,
    [`${way}MailServerUseSSL`]: security !== 'plain',
    [`${way}MailServerUsername`]: login,
    [`${way}MailServerAuthentication`]: 'EmailAuthPassword',
  };
}

/** The same for the same address, so that a second download replaces the first. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

function dict(values: Readonly<Record<string, string | number | boolean>>, more = ''): string {
  const lines = Object.entries(values).map(([key, value]) => {
    if (typeof value === 'boolean') return `<key>${key}</key><${value}/>\n`;
    const kind = typeof value === 'number' ? 'integer' : 'string';
    return `<key>${key}</key><${kind}>${xmlText(String(value))}</${kind}>\n`;
  });
  return `<dict>\n${lines.join('')}${more}</dict>\n`;
}
