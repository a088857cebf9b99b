// One port for HTTP and HTTPS: the first byte of a connection tells them apart (0x16 begins a TLS handshake, RFC 8446
// §5.1). Plain HTTP is answered on loopback only; everywhere else it is told where HTTPS is.
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { networkSet } from '@pochtar/runtime';

const HANDSHAKE = 0x16;
const isLoopback = networkSet(['127.0.0.0/8', '::1']);
/** Whoever says nothing for so long is let go. */
const FIRST_BYTE_MS = 10_000;

/** Servers that take connections by the event `connection`. */
export interface Behind {
  /** Answers plain HTTP on loopback. */
  plain: EventEmitter;
  secure: EventEmitter;
  /** Answers plain HTTP from elsewhere: with a redirect. */
  redirecting: EventEmitter;
}

/** Hands an accepted connection to the server that speaks what the client speaks. */
export function showIn(socket: Socket, { plain, secure, redirecting }: Behind): void {
  const giveUp = (): void => void socket.destroy();
  socket.on('error', giveUp);
  socket.setTimeout(FIRST_BYTE_MS, giveUp);
  socket.once('readable', () => {
    const first = socket.read(1) as Buffer | null;
    if (first === null) return giveUp();
    socket.setTimeout(0);
    socket.off('timeout', giveUp);
    socket.unshift(first);
    const isPlainAllowed = isLoopback(socket.remoteAddress ?? '');
    const server = first[0] === HANDSHAKE ? secure : isPlainAllowed ? plain : redirecting;
    server.emit('connection', socket);
  });
}
