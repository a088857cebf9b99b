// One connection of a transcript: a socket read line by line, with a time limit on every wait.
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface TranscriptTarget {
  host: string;
  port: number;
  /** TLS from the first byte. */
  tls?: boolean;
  /** PEM to trust; without it any certificate is accepted, as tests make their own. */
  ca?: string;
  /** Name for SNI and, with `ca`, for the check of the certificate. */
  serverName?: string;
  /** How long to wait for a line, ms. */
  timeoutMs?: number;
}

export interface Connection {
  write(bytes: Buffer): void;
  /** The next line without its CRLF, left unread. Rejects at the end of the stream or after the time limit. */
  peek(): Promise<string>;
  line(): Promise<string>;
  /** The next line, or undefined when the server closed instead. */
  lineOrClose(): Promise<string | undefined>;
  discardUntilClose(): Promise<void>;
  /** Lines that have arrived and were not read. */
  unread(): string[];
  startTls(): Promise<void>;
  end(): void;
  destroy(): void;
}

/** Connects; the server's greeting is left for the first `S:` line. */
export async function openConnection(target: TranscriptTarget): Promise<Connection> {
  const timeoutMs = target.timeoutMs ?? 5_000;
  let buffer = Buffer.alloc(0);
  let ended = false;
  let wake = (): void => {};

  const read = (socket: Socket): void => {
    socket.on('data', (chunk: Buffer) => {
      buffer = Buffer.concat([buffer, chunk]);
      wake();
    });
    const finish = (): void => {
      ended = true;
      wake();
    };
    socket.on('end', finish);
    socket.on('close', finish);
    // A reset is an end, too; the transcript says whether one was expected.
    socket.on('error', finish);
  };
  let socket = target.tls ? await overTls(target) : await plain(target);
  read(socket);

  const next = (): string | undefined => {
    const end = buffer.indexOf('\n');
    return end < 0 ? undefined : buffer.toString('utf8', 0, end).replace(/\r$/, '');
  };
  const lineOrClose = async (take: boolean): Promise<string | undefined> => {
    const limit = performance.now() + timeoutMs;
    for (;;) {
      const line = next();
      if (line !== undefined) {
        if (take) buffer = buffer.subarray(buffer.indexOf('\n') + 1);
        return line;
      }
      if (ended) return undefined;
      const left = limit - performance.now();
      if (left <= 0) throw new Error(`nothing within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const mustHave = async (take: boolean): Promise<string> => {
    const line = await lineOrClose(take);
    if (line === undefined)
      throw new Error(`the end of the connection${buffer.length > 0 ? ` after ${buffer}` : ''}`);
    return line;
  };
  return {
    write: (bytes) => void socket.write(bytes),
    peek: () => mustHave(false),
    line: () => mustHave(true),
    lineOrClose: () => lineOrClose(true),
    async discardUntilClose() {
      while ((await lineOrClose(true)) !== undefined);
    },
    unread: () => buffer.toString('utf8').split(/\r?\n/).filter(Boolean),
    async startTls() {
      socket.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
      socket = await overTls(target, socket);
      read(socket);
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}

async function plain(target: TranscriptTarget): Promise<Socket> {
  const socket = connectPlain({ host: target.host, port: target.port });
  await once(socket, 'connect');
  socket.setNoDelay(true);
  return socket;
}

async function overTls(target: TranscriptTarget, over?: Socket): Promise<Socket> {
  const socket = connectTls({
    ...(over ? { socket: over } : { host: target.host, port: target.port }),
    servername: target.serverName ?? 'localhost',
    rejectUnauthorized: target.ca !== undefined,
    ...(target.ca !== undefined && { ca: target.ca }),
  });
  await once(socket, 'secureConnect');
  return socket;
}
