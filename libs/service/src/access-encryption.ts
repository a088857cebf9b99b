// The section accessEncryption, as IMAP and POP3 apply it: STARTTLS, log-in inside TLS only.
import type { TlsContexts } from '@pochtar/runtime';
import type { CurrentSettings } from './open-service.ts';

export interface AccessSession {
  isSecure: boolean;
  server: { settings: CurrentSettings<'accessEncryption'>; tls: TlsContexts };
}

export function canStartTls({ isSecure, server }: AccessSession): boolean {
  return !isSecure && server.tls.available && server.settings.current('accessEncryption').mode !== 'none';
}

/** Mode `required`: passwords are taken inside TLS only. */
export function isLoginAllowed({ isSecure, server }: AccessSession): boolean {
  return isSecure || server.settings.current('accessEncryption').mode !== 'required';
}
