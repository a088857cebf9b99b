// TCP ports of this machine: find a free one, test one, reserve one. Who holds one says `portHolders` of
// @pochtar/runtime.
import { createServer } from 'node:net';

/** Returns whether a listener could be bound on host:port right now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await tryBind(port, host)) !== undefined;
}

/**
 * Returns a free TCP port. `preferred` is taken when it is free. The port is not reserved: between this call and
 * the bind another process may take it, so whoever starts a server on it tries again with a new one.
 */
export async function freePort(preferred = 0, host = '127.0.0.1'): Promise<number> {
  const port = (preferred > 0 ? await tryBind(preferred, host) : undefined) ?? (await tryBind(0, host));
  if (port === undefined) throw new Error(`no free TCP port on ${host}`);
  return port;
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

function tryBind(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const bound = address !== null && typeof address === 'object' ? address.port : undefined;
      server.close(() => resolve(bound));
    });
  });
}
