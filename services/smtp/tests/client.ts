// A bare SMTP client for what transcripts and nodemailer cannot say: many sessions at once, half a mail, raw bytes.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface ClientReply {
  code: number;
  text: string;
}

export class Client {
  readonly socket: Socket;
  #buffer = '';
  #ended = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#buffer += text;
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  static async open(port: number, host = '127.0.0.1'): Promise<Client> {
    const socket = connect({ port, host, noDelay: true });
    const client = new Client(socket);
    await once(socket, 'connect');
    return client;
  }

  /** On a connection that is there. */
  static over(socket: Socket): Client {
    return new Client(socket);
  }

  /** Connects, reads the greeting, says EHLO. */
  static async greeted(port: number): Promise<Client> {
    const client = await Client.open(port);
    await client.reply();
    await client.say('EHLO client.test');
    return client;
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** The next reply, all its lines; code 0 at the end of the connection. */
  async reply(timeoutMs = 15_000): Promise<ClientReply> {
    const limit = Date.now() + timeoutMs;
    for (;;) {
      const whole = /^(?:\d{3}-[^\n]*\n)*(\d{3}) [^\n]*\n/.exec(this.#buffer);
      if (whole) {
        this.#buffer = this.#buffer.slice(whole[0].length);
        return { code: Number(whole[1]), text: whole[0].trimEnd() };
      }
      if (this.#ended) return { code: 0, text: '' };
      if (Date.now() > limit) throw new Error(`no reply within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async say(line: string): Promise<ClientReply> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  /** MAIL, RCPT and DATA up to the 354. */
  async begin(from: string, ...to: string[]): Promise<ClientReply> {
    let answer = await this.say(`MAIL FROM:<${from}>`);
    for (const recipient of to) if (answer.code === 250) answer = await this.say(`RCPT TO:<${recipient}>`);
    return answer.code === 250 ? this.say('DATA') : answer;
  }

  /** A whole mail; `content` is as it goes over the wire, without the end of data. */
  async send(from: string, to: string, content: string | Buffer): Promise<ClientReply> {
    const answer = await this.begin(from, to);
    if (answer.code !== 354) return answer;
    this.write(content);
    this.write('\r\n.\r\n');
    return this.reply();
  }

  /** Says a PROXY header before anything else (version 1). */
  static async proxied(port: number, clientAddress: string): Promise<Client> {
    const client = await Client.open(port);
    const [family, local] = clientAddress.includes(':') ? ['TCP6', '::1'] : ['TCP4', '127.0.0.1'];
    client.write(`PROXY ${family} ${clientAddress} ${local} 40000 25\r\n`);
    return client;
  }

  close(): void {
    this.socket.destroy();
  }
}
