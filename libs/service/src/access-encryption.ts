// The section accessEncryption, as IMAP and POP3 apply it: ports with and without TLS, STARTTLS, log-in inside TLS only.
import { listenHosts, type TlsContexts, type WantedListener } from '@pochtar/runtime';
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

/** Both ports of a protocol on every access interface. */
export function accessListeners(
  settings: CurrentSettings<'network' | 'accessEncryption'>,
  ports: { plain: number; tls: number },
): WantedListener[] {
  const hosts = listenHosts(settings.current('network').accessInterfaces);
  const plain = hosts.map((host) => ({ ...host, port: ports.plain, tls: false }));
  if (!settings.current('accessEncryption').implicitTlsEnabled) return plain;
  return [...plain, ...hosts.map((host) => ({ ...host, port: ports.tls, tls: true }))];
}
