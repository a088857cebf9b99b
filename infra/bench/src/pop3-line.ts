// A POP3 connection that costs the measuring process next to nothing, as imap-line.ts does for IMAP.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class Pop3Line implements Disposable {
  readonly #socket: Socket;
  #first = '';
  #tail = '';
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => this.#wake());
    socket.on('data', (chunk: Buffer) => {
      if (this.#first.length < 4) this.#first += chunk.toString('latin1', 0, 64);
      this.#tail = (this.#tail + chunk.toString('latin1', Math.max(0, chunk.length - 16))).slice(-16);
      this.#wake();
    });
  }

  static async logIn(
    { host, port }: { host: string; port: number },
    { address, password }: { address: string; password: string },
  ): Promise<Pop3Line> {
    const socket = connect(port, host);
    await once(socket, 'connect');
    const line = new Pop3Line(socket);
    await line.#until(/\r\n$/);
    await line.command(`USER ${address}`, false);
    await line.command(`PASS ${password}`, false);
    return line;
  }

  async command(text: string, isLong: boolean): Promise<void> {
    this.#first = '';
    this.#tail = '';
    this.#socket.write(`${text}\r\n`);
    await this.#until(isLong ? /\r\n\.\r\n$/ : /\r\n$/);
    if (!this.#first.startsWith('+OK')) throw new Error(`${text}: ${this.#first}`);
  }

  async #until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#tail)) {
      if (this.#socket.destroyed) throw new Error('the server has closed the connection');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
