// Thunderbird's autoconfiguration, version 1.1.
import { type MailServer, xmlText } from '@pochtar/settings/client-setup';

const SOCKETS = { tls: 'SSL', starttls: 'STARTTLS', plain: 'plain' } as const;

/** `login` may be the placeholder that the program fills in. */
export function thunderbirdConfig(domain: string, servers: readonly MailServer[], login: string): string {
  const one = (server: MailServer): string => {
    const element = server.protocol === 'smtp' ? 'outgoingServer' : 'incomingServer';
    return `    <${element} type="${server.protocol}">
      <hostname>${xmlText(server.host)}</hostname>
      <port>${server.port}</port>
      <socketType>${SOCKETS[server.security]}</socketType>
      <username>${xmlText(login)}</username>
      <authentication>password-cleartext</authentication>
    </${element}>
`;
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${xmlText(domain)}">
    <domain>${xmlText(domain)}</domain>
    <displayName>${xmlText(domain)}</displayName>
    <displayShortName>${xmlText(domain)}</displayShortName>
${servers.map(one).join('')}  </emailProvider>
</clientConfig>
`;
}
