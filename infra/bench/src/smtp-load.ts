// A bounded SMTP load: N sessions that send mails, each once, and remember every answer.
//
// It never retries a mail: one without a 250 stays unanswered, so that a fault test can tell what the server
// promised from what it did not. Commands are pipelined (RFC 2920) as a busy relay does.
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface LoadOptions {
  host: string;
  port: number;
  sessions: number;
  /** Mails in all, at most. */
  mails: number;
  /** No mail is begun any more when it says so. */
  isOver?: () => boolean;
  /** Between two mails of a session. */
  pauseMs?: number;
  /** Each mail has a connection of its own, from this address as a proxy at PROXY_ADDRESS tells it (PROXY, version 1). */
  clientOf?: (index: number) => string;
  /** Each session logs in (AUTH PLAIN). */
  login?: { name: string; password: string };
  reversePath: string;
  /** Mail number -> recipients. */
  recipientsOf: (index: number) => readonly string[];
  /** Mail number -> content, CRLF line ends, no line that starts with a dot. */
  contentOf: (index: number) => Buffer;
  /** Called with every answer, in the order they come. */
  onOutcome?: (outcome: Outcome) => void;
  /** A lost session connects again until then; afterwards its mails count as lost. */
  deadline: number;
}

export interface Outcome {
  index: number;
  /** The final reply to the mail: 250, 451 …; null when the connection was lost before it came. */
  reply: number | null;
  text: string;
}

/** Another address of this machine than that of who needs no proxy. */
export const PROXY_ADDRESS = '127.0.0.2';
const REPLY_TIMEOUT_MS = 90_000;
const RECONNECT_MS = 100;

/** Sends all mails; resolves with one outcome a mail, by mail number. */
export async function sendLoad(options: LoadOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    let session: Session | null = null;
    while (next < options.mails && !options.isOver?.()) {
      const index = next++;
      let outcome: Outcome = { index, reply: null, text: 'not connected' };
      try {
        session ??= await openSession(options, index);
        outcome = await session.send(index, options);
        if (options.clientOf !== undefined) {
          await session.quit();
          session = null;
        }
      } catch (error) {
        outcome.text = String(error);
        session?.close();
        session = null;
      }
      outcomes[index] = outcome;
      options.onOutcome?.(outcome);
      if (options.pauseMs !== undefined) await delay(options.pauseMs);
    }
    await session?.quit();
  };
  await Promise.all(Array.from({ length: options.sessions }, work));
  return outcomes;
}

async function openSession(options: LoadOptions, index: number): Promise<Session> {
  for (;;) {
    const { host, port, clientOf } = options;
    const localAddress = clientOf === undefined ? {} : { localAddress: PROXY_ADDRESS };
    const session = new Session(connect({ host, port, noDelay: true, ...localAddress }));
    try {
      await session.greet(options.login, clientOf?.(index));
      return session;
    } catch (error) {
      session.close();
      if (Date.now() > options.deadline || options.isOver?.()) throw error;
      await delay(RECONNECT_MS);
    }
  }
}

interface Reply {
  code: number;
  text: string;
}

class Session {
  readonly #socket: Socket;
  #pending = '';
  readonly #replies: Reply[] = [];
  #failure: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: unknown) => this.#read(text as string));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('connection lost')));
  }

  async greet(login: LoadOptions['login'], client: string | undefined): Promise<void> {
    if (client !== undefined) this.#socket.write(`PROXY TCP4 ${client} 127.0.0.1 40000 25\r\n`);
    expect(await this.#reply(), 220);
    this.#socket.write('EHLO load.test\r\n');
    expect(await this.#reply(), 250);
    if (login === undefined) return;
    const credentials = Buffer.from(`\0${login.name}\0${login.password}`).toString('base64');
    this.#socket.write(`AUTH PLAIN ${credentials}\r\n`);
    expect(await this.#reply(), 235);
  }

  async send(index: number, options: LoadOptions): Promise<Outcome> {
    const recipients = options.recipientsOf(index).map((recipient) => `RCPT TO:<${recipient}>\r\n`);
    this.#socket.write(`MAIL FROM:<${options.reversePath}>\r\n${recipients.join('')}DATA\r\n`);
    const replies: Reply[] = [];
    for (let answers = 0; answers < recipients.length + 2; answers++) replies.push(await this.#reply());
    const refused = replies.find((reply) => reply.code >= 400);
    if (refused !== undefined) return this.#giveUp(index, refused, replies.at(-1) as Reply);
    this.#socket.write(options.contentOf(index));
    this.#socket.write('.\r\n');
    const { code, text } = await this.#reply();
    return { index, reply: code, text };
  }

  close(): void {
    this.#socket.destroy();
  }

  async quit(): Promise<void> {
    this.#socket.write('QUIT\r\n');
    await this.#reply().catch(() => undefined);
    this.close();
  }

  async #giveUp(index: number, refused: Reply, data: Reply): Promise<Outcome> {
    // A mail that not every recipient can get is not sent: its connection ends before the dot.
    if (data.code === 354) throw new Error(`${refused.code} ${refused.text}`);
    this.#socket.write('RSET\r\n');
    expect(await this.#reply(), 250);
    return { index, reply: refused.code, text: refused.text };
  }

  #read(text: string): void {
    this.#pending += text;
    for (;;) {
      const end = this.#pending.indexOf('\r\n');
      if (end < 0) break;
      const line = this.#pending.slice(0, end);
      this.#pending = this.#pending.slice(end + 2);
      // RFC 5321 §4.2.1: a hyphen after the code announces another line.
      if (line[3] !== '-') this.#replies.push({ code: Number(line.slice(0, 3)), text: line.slice(4) });
    }
    this.#wake?.();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  async #reply(): Promise<Reply> {
    const deadline = Date.now() + REPLY_TIMEOUT_MS;
    for (;;) {
      const reply = this.#replies.shift();
      if (reply !== undefined) return reply;
      if (this.#failure !== null) throw this.#failure;
      if (Date.now() > deadline) throw new Error('no reply in time');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now() + 1);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

function expect(reply: Reply, code: number): void {
  if (reply.code !== code) throw new Error(`expected ${code}, got ${reply.code} ${reply.text}`);
}

/** Plain text of about `bytes` octets with the token in the first line of its body. */
export function textMail(options: { bytes: number; from: string; to: string; token: string }): Buffer {
  const head =
    `From: Load <${options.from}>\r\nTo: <${options.to}>\r\nSubject: load ${options.token}\r\n` +
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}\r\nMessage-ID: <${options.token}@load.test>\r\n` +
    'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n' +
    `token:${options.token}\r\n`;
  const line = `${'the quick brown fox jumps over the lazy dog '.repeat(2).trim()}\r\n`;
  const lines = Math.max(0, Math.floor((options.bytes - head.length) / line.length));
  return Buffer.from(head + line.repeat(lines), 'latin1');
}
