// Outlook's autodiscovery of plain accounts ("POX"): of each protocol the safest server.
import { type MailServer, protocols, xmlText } from '@pochtar/settings/client-setup';

const RESPONSE = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
const NONE = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const ENCRYPTION = { tls: 'SSL', starttls: 'TLS', plain: 'None' } as const;

export function outlookConfig(servers: readonly MailServer[], login: string): string {
  const best = protocols.flatMap((wanted) => servers.find(({ protocol }) => protocol === wanted) ?? []);
  const one = ({ protocol, host, port, security }: MailServer): string => `      <Protocol>
        <Type>${protocol.toUpperCase()}</Type>
        <Server>${xmlText(host)}</Server>
        <Port>${port}</Port>
        <LoginName>${xmlText(login)}</LoginName>
        <DomainRequired>off</DomainRequired>
        <SPA>off</SPA>
        <SSL>${security === 'plain' ? 'off' : 'on'}</SSL>
        <Encryption>${ENCRYPTION[security]}</Encryption>
        <AuthRequired>on</AuthRequired>
      </Protocol>
`;
  return `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="${NONE}">
  <Response xmlns="${RESPONSE}">
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
${best.map(one).join('')}    </Account>
  </Response>
</Autodiscover>
`;
}

/** There is nothing for this address: error 600 is an invalid request, 601 no such provider. */
export function outlookError(code: 600 | 601, now: Date): string {
  const message = code === 600 ? 'Invalid Request' : 'Provider is not available';
  return `<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="${NONE}">
  <Response>
    <Error Time="${now.toISOString().slice(11, 19)}" Id="1">
      <ErrorCode>${code}</ErrorCode>
      <Message>${message}</Message>
      <DebugData />
    </Error>
  </Response>
</Autodiscover>
`;
}
