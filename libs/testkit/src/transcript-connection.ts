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

/** Connects; the server's greeting is left for the first `S:` line. */
export async function openConnection(target: TranscriptTarget): Promise<Connection> {
  return new Connection(target, target.tls ? await overTls(target) : await plain(target));
}

export class Connection {
  readonly #target: TranscriptTarget;
  #socket: Socket;
  #buffer = Buffer.alloc(0);
  #ended = false;
  /** Called when something arrived or the stream ended. */
  #wake: (() => void) | undefined;

  constructor(target: TranscriptTarget, socket: Socket) {
    this.#target = target;
    this.#socket = socket;
    this.#read();
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** The next line without its CRLF, left unread. Rejects at the end of the stream or after the time limit. */
  async peek(): Promise<string> {
    const line = await this.#arrival();
    if (line !== undefined) return line;
    const half = this.#buffer.length > 0 ? ` in the middle of: ${this.#buffer.toString('utf8')}` : '';
    throw new Error(`the end of the connection${half}`);
  }

  async line(): Promise<string> {
    const line = await this.peek();
    this.#take();
    return line;
  }

  /** The next line, or undefined when the server closed instead. */
  async lineOrClose(): Promise<string | undefined> {
    const line = await this.#arrival();
    if (line !== undefined) this.#take();
    return line;
  }

  async discardUntilClose(): Promise<void> {
    while ((await this.lineOrClose()) !== undefined);
  }

  /** Lines that have arrived and were not read. */
  unread(): string[] {
    return this.#buffer.toString('utf8').split(/\r?\n/).filter(Boolean);
  }

  async startTls(): Promise<void> {
    this.#socket.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
    this.#socket = await overTls(this.#target, this.#socket);
    this.#read();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#wake?.();
    });
    // A reset is an end, too; the transcript says whether one was expected.
    for (const event of ['end', 'close', 'error']) {
      this.#socket.on(event, () => {
        this.#ended = true;
        this.#wake?.();
      });
    }
  }

  #next(): string | undefined {
    const end = this.#buffer.indexOf('\n');
    return end < 0 ? undefined : this.#buffer.toString('utf8', 0, end).replace(/\r$/, '');
  }

  #take(): void {
    this.#buffer = this.#buffer.subarray(this.#buffer.indexOf('\n') + 1);
  }

  async #arrival(): Promise<string | undefined> {
    const timeoutMs = this.#target.timeoutMs ?? 5_000;
    const limit = performance.now() + timeoutMs;
    for (;;) {
      const line = this.#next();
      if (line !== undefined || this.#ended) return line;
      const left = limit - performance.now();
      if (left <= 0) throw new Error(`nothing within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
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
