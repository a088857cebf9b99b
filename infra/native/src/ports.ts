// TCP ports of this machine: find a free one, test one, reserve one. Who holds one says `portHolders` of
// @pochtar/runtime.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Returns whether a listener could be bound on host:port right now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

// Below the ports that the kernel gives to outgoing connections and to servers that take any (32768 and up on Linux),
// above those that installations listen on: nobody comes upon one of these by chance.
const FIRST = 12_000;
const LAST = 32_000;
const ATTEMPTS = 200;

/** Returns a TCP port that nobody listens on, on any address; of the programs that ask here it is this process's alone. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, LAST);
    const reservation = await reservePort(port);
    if (reservation === undefined) continue;
    if ((await isPortFree(port)) && (await isPortFree(port, '0.0.0.0'))) return port;
    reservation[Symbol.dispose]();
  }
  throw new Error(`no free TCP port from ${FIRST} to ${LAST}`);
}

/**
 * Marks a port as taken for other installations on this machine, from the choice until long after the bind, as long
 * as this process lives. Returns undefined when another one has it. An abstract Unix socket is the mark: the kernel
 * removes it with its owner.
 */
export function reservePort(port: number): Promise<Disposable | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen(`\0pochtar-port-${port}`, () => {
      server.unref();
      resolve({ [Symbol.dispose]: () => void server.close() });
    });
  });
}
