// Marionette, the remote control of Mozilla's programs, as far as a test needs it: messages of a length, a colon and JSON.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from '@pochtar/testkit';

type Message = [type: number, id: number, error: { message: string } | null, result: unknown];

export class Marionette implements Disposable {
  readonly #socket: Socket;
  #rest = Buffer.alloc(0);
  #lastId = 0;
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the program has gone'));
    });
    socket.on('error', () => {});
  }

  /** Waits until the program listens; its own code may be run then. */
  static async open(port: number, timeout: number): Promise<Marionette> {
    const marionette = await eventually(
      async () => {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        return new Marionette(socket);
      },
      { timeout },
    );
    await marionette.#command('WebDriver:NewSession', { acceptInsecureCerts: true });
    await marionette.#command('Marionette:SetContext', { value: 'chrome' });
    return marionette;
  }

  /** Runs a function body with `arguments`, of which the last one takes its result. */
  async run(script: string, args: readonly unknown[], timeout: number): Promise<unknown> {
    await this.#command('WebDriver:SetTimeouts', { script: timeout });
    const { value } = (await this.#command('WebDriver:ExecuteAsyncScript', { script, args })) as {
      value: unknown;
    };
    return value;
  }

  #command(name: string, parameters: object): Promise<unknown> {
    const id = ++this.#lastId;
    const text = JSON.stringify([0, id, name, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const colon = this.#rest.indexOf(':');
      const end = colon + 1 + Number(this.#rest.toString('latin1', 0, Math.max(0, colon)));
      if (colon < 0 || this.#rest.length < end) return;
      const message = JSON.parse(this.#rest.toString('utf8', colon + 1, end)) as Message | object;
      this.#rest = this.#rest.subarray(end);
      // The first one is its greeting.
      if (Array.isArray(message)) this.#answered(message as Message);
    }
  }

  #answered([, id, error, result]: Message): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === null) waiting?.resolve(result);
    else waiting?.reject(new Error(error.message));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
