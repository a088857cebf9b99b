// What a mail program is told to connect to: the listeners as the settings have them now, the safest first.
import type { Settings } from '../catalogue.ts';
import { type Listener, type ListenerSettings, listenersOf } from '../listeners.ts';

export const protocols = ['imap', 'pop3', 'smtp'] as const;
export const securities = ['tls', 'starttls', 'plain'] as const;

export interface MailServer {
  protocol: (typeof protocols)[number];
  host: string;
  port: number;
  security: (typeof securities)[number];
}

const PROTOCOL: Readonly<Partial<Record<Listener['protocol'], MailServer['protocol']>>> = {
  imaps: 'imap',
  imap: 'imap',
  pop3s: 'pop3',
  pop3: 'pop3',
  smtps: 'smtp',
  submission: 'smtp',
  smtp: 'smtp',
};

/** `host` is what clients know this server as. */
export function mailServers(
  settings: ListenerSettings & Pick<Settings, 'smtpEncryption' | 'accessEncryption'>,
  host: string,
): MailServer[] {
  const listeners = listenersOf(settings);
  // RFC 6409 §3.1: programs hand mail in at the port of submission; at the one between servers only where there is no other.
  const hasSubmission = listeners.some(({ protocol }) => protocol === 'submission' || protocol === 'smtps');
  const servers = listeners.flatMap(({ protocol: spoken, port, tls }): MailServer[] => {
    const protocol = PROTOCOL[spoken];
    if (protocol === undefined || (spoken === 'smtp' && hasSubmission)) return [];
    const { mode } = protocol === 'smtp' ? settings.smtpEncryption : settings.accessEncryption;
    const security = tls ? 'tls' : mode === 'none' ? 'plain' : 'starttls';
    return [{ protocol, host, port, security }];
  });
  const rank = ({ protocol, security }: MailServer): number =>
    protocols.indexOf(protocol) * securities.length + securities.indexOf(security);
  return servers.toSorted((a, b) => rank(a) - rank(b));
}
