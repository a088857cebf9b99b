// The server's side of a TLS handshake on a connected socket: implicit TLS and STARTTLS alike.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TlsContexts } from './tls.ts';

const HANDSHAKE_TIMEOUT_MS = 30_000;

/**
 * Resolves when the client has proved its side of the handshake; rejects (and destroys the socket) when it
 * fails, ends, or takes longer than `timeoutMs`. What was read from `socket` before and unshifted is part of
 * the handshake, so a STARTTLS server must have thrown away what the client sent in clear behind the command.
 */
export function acceptTls(
  socket: Socket,
  contexts: TlsContexts,
  timeoutMs = HANDSHAKE_TIMEOUT_MS,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    if (!contexts.available) {
      socket.destroy();
      return reject(new Error('no certificate is loaded'));
    }
    const secured = new TLSSocket(socket, {
      isServer: true,
      secureContext: contexts.secureContext,
      SNICallback: contexts.sni,
    });
    const timer = setTimeout(() => fail(new Error('TLS handshake timed out')), timeoutMs);
    function fail(error: Error): void {
      clearTimeout(timer);
      secured.destroy();
      socket.destroy();
      reject(error);
    }
    const closed = (): void => fail(new Error('the connection ended during the TLS handshake'));
    secured.on('error', fail);
    secured.once('close', closed);
    secured.once('secure', () => {
      clearTimeout(timer);
      secured.off('close', closed);
      resolve(secured);
    });
  });
}
