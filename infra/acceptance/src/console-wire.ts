// What the outside sees of the servers: one conversation over a connection of its own, a handshake, a closed port.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { eventually } from '@pochtar/testkit';

export interface Target {
  port: number;
  host?: string;
  /** From another address of loopback. */
  localAddress?: string;
  /** TLS from the first byte. */
  tls?: boolean;
  /** Said before anything is read, as a balancer does. */
  first?: string;
}

const balancer = '127.0.0.4';

/** A balancer that is trusted, which is not where the browser is: from there the console wants to hear of whom, too. */
export const trusted = { trustedProxies: [`${balancer}/32`] };

/** A client for whom the balancer speaks. PROXY protocol, version 1. */
export function behindBalancer(port: number, client: string): Target {
  return { port, localAddress: balancer, first: `PROXY TCP4 ${client} 127.0.0.1 40000 25` };
}

type Protocol = 'smtp' | 'imap' | 'pop3';

/** Whether what has come in is the whole answer to a line. */
const isWhole: Readonly<Record<Protocol, (text: string, line: string | null) => boolean>> = {
  smtp: (text) => /(?:^|\n)\d{3} [^\r\n]*\r\n$/.test(text),
  imap: (text, line) =>
    line === null ? text.endsWith('\r\n') : new RegExp(`^${line.split(' ', 1)[0]} .*\\r\\n$`, 'm').test(text),
  pop3: (text, line) =>
    line === 'CAPA' && text.startsWith('+OK') ? text.endsWith('\r\n.\r\n') : text.endsWith('\r\n'),
};

/** A connection on which one side speaks after the other. */
export class Conversation implements Disposable {
  readonly #socket: Socket;
  readonly #protocol: Protocol;
  #text = '';

  private constructor(protocol: Protocol, socket: Socket) {
    this.#protocol = protocol;
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
    });
  }

  /** Connected; throws when nobody listens. */
  static async open(protocol: Protocol, { first, tls, ...target }: Target): Promise<Conversation> {
    const options = { host: '127.0.0.1', ...target };
    const socket = tls === true ? connectTls({ ...options, rejectUnauthorized: false }) : connect(options);
    await once(socket, tls === true ? 'secureConnect' : 'connect');
    const conversation = new Conversation(protocol, socket);
    if (first !== undefined) socket.write(`${first}\r\n`);
    return conversation;
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.readable;
  }

  /** Sends a line (null: waits for the greeting) and returns the whole answer. */
  async say(line: string | null): Promise<string> {
    if (line !== null) this.#socket.write(`${line}\r\n`);
    return eventually(
      () => {
        // What a server says before it closes is all that comes.
        const isOver = !this.isOpen && this.#text !== '';
        if (!isOver && !isWhole[this.#protocol](this.#text, line)) {
          throw new Error(`no answer to ${line?.slice(0, 60) ?? 'the connection'}: ${this.#text}`);
        }
        const answer = this.#text;
        this.#text = '';
        return answer;
      },
      { timeout: 20_000, interval: 5 },
    );
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** The answers to the connection and to each line; `refused` when nobody listens. */
export async function talk(protocol: Protocol, target: Target, lines: string[] = []): Promise<string> {
  let answers = '';
  try {
    using conversation = await Conversation.open(protocol, target);
    for (const line of [null, ...lines]) answers += await conversation.say(line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return 'refused';
    throw error;
  }
  return answers;
}

export const smtp = (target: Target, lines: string[] = []) => talk('smtp', target, lines);
export const imap = (target: Target, lines: string[] = []) => talk('imap', target, lines);
export const pop3 = (target: Target, lines: string[] = []) => talk('pop3', target, lines);

/** Protocol, name and ephemeral key of a TLS-first port, or why there is no handshake. */
export async function handshake(port: number, options: ConnectionOptions = {}): Promise<string> {
  const socket = connectTls({
    ...{ port, host: '127.0.0.1', servername: 'nobody.test', rejectUnauthorized: false },
    ...options,
  });
  try {
    await once(socket, 'secureConnect');
    const key = socket.getEphemeralKeyInfo();
    const { subject } = socket.getPeerCertificate();
    return `${socket.getProtocol()} CN=${String(subject.CN)} ${describeKey(key)}`;
  } catch (error) {
    return `none: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  } finally {
    socket.destroy();
  }
}

function describeKey(key: object | null): string {
  const { type, size } = { type: '', size: '', ...key } as { type: string; size: number | string };
  return `${type} ${size}`;
}

/** A handshake whose key is exchanged by Diffie-Hellman over a finite field. */
export const dhe = (port: number) =>
  handshake(port, { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0' });
