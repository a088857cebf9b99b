// A connection to an LDAP server that looks at no more of an answer than where it ends and whether it is a good one: it must
// not be what is measured.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const SEARCH_ENTRY = 0x64;
const SEARCH_DONE = 0x65;
const BIND_DONE = 0x61;

/** One connection, with one request at a time. */
export class Client implements Disposable {
  readonly socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #entries = 0;
  #done: ((entries: number) => void) | null = null;
  #failed: ((error: Error) => void) | null = null;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#failed?.(error));
    socket.on('close', () => this.#failed?.(new Error('the server has closed the connection')));
  }

  static async open(host: string, port: number): Promise<Client> {
    const socket = connect(port, host);
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** How many entries came with it. */
  ask(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#entries = 0;
      this.#done = resolve;
      this.#failed = reject;
      this.socket.write(request);
    });
  }

  #take(chunk: Buffer): void {
    let octets = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const first = octets[1];
      if (first === undefined) break;
      const more = first < 0x80 ? 0 : first & 0x7f;
      if (octets.length < 2 + more) break;
      const end = 2 + more + (more === 0 ? first : octets.readUIntBE(2, more));
      if (octets.length < end) break;
      this.#message(octets.subarray(2 + more, end));
      octets = octets.subarray(end);
    }
    this.#rest = octets;
  }

  #message(content: Buffer): void {
    // INTEGER, its length, the number; the operation.
    const at = 2 + (content[1] as number);
    const tag = content[at];
    if (tag === SEARCH_ENTRY) {
      this.#entries++;
      return;
    }
    if (tag !== SEARCH_DONE && tag !== BIND_DONE) throw new Error(`an answer with the tag ${tag}`);
    // The operation, its length (of up to 127), ENUMERATED of one octet.
    const code = content[at + 4];
    if (code === 0) this.#done?.(this.#entries);
    else this.#failed?.(new Error(`result code ${code}`));
  }

  [Symbol.dispose](): void {
    this.#failed = null;
    this.socket.destroy();
  }
}
