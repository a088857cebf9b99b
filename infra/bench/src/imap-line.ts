// An IMAP connection that costs the measuring process next to nothing: a command, the wait for its tagged answer, and
// nothing kept of what comes between.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A tagged answer is found at the end of what has come. */
const KEPT = 1024;

export class ImapLine implements Disposable {
  readonly #socket: Socket;
  #tail = '';
  #wake: () => void = () => undefined;
  #count = 0;
  #isOver = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isOver = true;
      this.#wake();
    });
    socket.on('data', (chunk: Buffer) => {
      this.#tail = (this.#tail + chunk.subarray(-KEPT).toString('latin1')).slice(-KEPT);
      this.#wake();
    });
  }

  static async logIn(
    target: { host: string; port: number; isTls?: boolean },
    account: { address: string; password: string },
  ): Promise<ImapLine> {
    const { host, port, isTls = false } = target;
    // Whoever measures knows whom it asks.
    const socket = isTls ? connectTls({ host, port, rejectUnauthorized: false }) : connect(port, host);
    await once(socket, isTls ? 'secureConnect' : 'connect');
    const line = new ImapLine(socket);
    await line.#until(/^\* OK [^\r]*\r\n$/);
    await line.command(`LOGIN ${account.address} ${account.password}`);
    return line;
  }

  /** Milliseconds to the tagged answer, which has to be `wanted`. */
  async command(text: string, wanted = 'OK'): Promise<number> {
    const tag = `t${++this.#count}`;
    const started = performance.now();
    this.#socket.write(`${tag} ${text}\r\n`, 'latin1');
    const answer = await this.#until(
      new RegExp(`(?:^|\n)(?:${tag} |\\* (?=BYE))(OK|NO|BAD|BYE) ([^\r]*)\r\n$`),
    );
    const ms = performance.now() - started;
    const [, status, reason] = answer;
    if (status !== wanted) throw new Error(`${text.slice(0, 60)}: ${status} ${reason}`);
    return ms;
  }

  /** Stays in IDLE from here on. */
  async idle(): Promise<void> {
    this.#socket.write('idle IDLE\r\n');
    await this.#until(/\+ idling\r\n$/);
  }

  async #until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#tail);
      if (found !== null) {
        this.#tail = '';
        return found;
      }
      if (this.#isOver) throw new Error('the server has closed the connection');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
