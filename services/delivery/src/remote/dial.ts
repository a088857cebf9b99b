// A TCP connection to an address, within a time.
import { connect, type Socket } from 'node:net';

export async function dial(
  address: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    const timer = setTimeout(() => end(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    const abort = (): void => end(new Error('stopped'));
    function end(error: Error | null): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.removeAllListeners();
      if (error === null) return resolve(socket);
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    }
    signal.addEventListener('abort', abort);
    socket.once('connect', () => end(null));
    socket.once('error', end);
  });
}
