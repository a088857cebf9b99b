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

type Ends = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/** The connections that were shown in, and where they come from: behind a balancer not from where the socket says. */
export class FrontDoor implements Disposable {
  readonly #behind: Behind;
  readonly #clients = new Map<string, string>();
  readonly #sockets = new Set<Socket>();

  constructor(behind: Behind) {
    this.#behind = behind;
  }

  /** Whose request it is that came over this socket, or over TLS on it. */
  clientOf(socket: Ends): string {
    return this.#clients.get(keyOf(socket)) ?? '';
  }

  /** Hands an accepted connection to the server that speaks what the client speaks. */
  showIn(socket: Socket, clientAddress: string): void {
    const { plain, secure, redirecting } = this.#behind;
    const key = keyOf(socket);
    this.#clients.set(key, clientAddress);
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#clients.delete(key);
      this.#sockets.delete(socket);
    });
    const giveUp = (): void => void socket.destroy();
    socket.on('error', giveUp);
    socket.setTimeout(FIRST_BYTE_MS, giveUp);
    socket.once('readable', () => {
      const first = socket.read(1) as Buffer | null;
      if (first === null) return giveUp();
      socket.setTimeout(0);
      socket.off('timeout', giveUp);
      socket.unshift(first);
      const isTls = first[0] === HANDSHAKE;
      const server = isTls ? secure : isLoopback(clientAddress) ? plain : redirecting;
      server.emit('connection', socket);
    });
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Ends): string {
  return `${remoteAddress} ${remotePort}`;
}
