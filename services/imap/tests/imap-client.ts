// A plain client for tests that compare octets: sends commands, gives answers with their literals whole.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Answer {
  /** OK, NO or BAD, and what follows. */
  status: string;
  text: string;
  /** Untagged answers; a literal stands where it was, its octets as latin1. */
  untagged: string[];
}

export class ImapClient implements Disposable {
  readonly socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);
  #count = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    this.#chunks = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  static async open(target: { host: string; port: number }): Promise<ImapClient> {
    const socket = connect(target.port, target.host);
    await once(socket, 'connect');
    const client = new ImapClient(socket);
    await client.line();
    return client;
  }

  /** Logged in, with INBOX selected. */
  static async inbox(target: { host: string; port: number }, account: string): Promise<ImapClient> {
    const client = await ImapClient.open(target);
    await client.ok(`LOGIN ${account} secret`);
    await client.ok('SELECT INBOX');
    return client;
  }

  async command(text: string): Promise<Answer> {
    const tag = `t${++this.#count}`;
    this.socket.write(`${tag} ${text}\r\n`, 'latin1');
    const untagged: string[] = [];
    for (;;) {
      const response = await this.response();
      if (!response.startsWith(`${tag} `)) untagged.push(response);
      else {
        const [, status = '', ...words] = response.split(' ');
        return { status, text: words.join(' '), untagged };
      }
    }
  }

  async ok(text: string): Promise<string[]> {
    const { status, text: reason, untagged } = await this.command(text);
    if (status !== 'OK') throw new Error(`${text.slice(0, 200)}: ${status} ${reason}`);
    return untagged;
  }

  async append(mailbox: string, message: Buffer | string): Promise<string[]> {
    const octets = Buffer.isBuffer(message) ? message : Buffer.from(message, 'latin1');
    return this.ok(`APPEND ${mailbox} {${octets.length}+}\r\n${octets.toString('latin1')}`);
  }

  /** The one literal in the answer to a FETCH, null for NIL. */
  async section(set: string, item: string): Promise<string | null> {
    const untagged = await this.ok(`FETCH ${set} (${item})`);
    const response = untagged.find((line) => /^\* \d+ FETCH /.test(line)) ?? '';
    const literal = /^[^{]*~?\{(\d+)\}\r\n/.exec(response);
    if (literal) return response.slice(literal[0].length, literal[0].length + Number(literal[1]));
    if (response.endsWith(' NIL)')) return null;
    throw new Error(`no literal in ${response}`);
  }

  /** One response with its literals. */
  async response(): Promise<string> {
    let text = await this.line();
    for (let found = /\{(\d+)\}$/.exec(text); found; found = /\{(\d+)\}$/.exec(text)) {
      text += `\r\n${await this.#octets(Number(found[1]))}`;
      text += await this.line();
    }
    return text;
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#buffer.toString('latin1', 0, end);
        this.#buffer = this.#buffer.subarray(end + 2);
        return line;
      }
      await this.#more();
    }
  }

  async #octets(length: number): Promise<string> {
    while (this.#buffer.length < length) await this.#more();
    const octets = this.#buffer.toString('latin1', 0, length);
    this.#buffer = this.#buffer.subarray(length);
    return octets;
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next();
    if (done)
      throw new Error(`the connection ended; unread: ${this.#buffer.toString('latin1').slice(0, 500)}`);
    this.#buffer = this.#buffer.length === 0 ? value : Buffer.concat([this.#buffer, value]);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
