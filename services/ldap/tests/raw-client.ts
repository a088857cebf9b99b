// A connection that sends what it is told and understands what comes: for what no client library would do.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { BerReader } from '../src/ber/reader.ts';
import { context, contextParts, tags } from '../src/ber/tags.ts';
import { extendedMessage } from './encode-request.ts';
import { HOST } from './installation.ts';

export interface Answer {
  messageId: number;
  /** Of the operation. */
  tag: number;
  /** Of whatever has one; -1 of an entry. */
  code: number;
  matchedDn: string;
  text: string;
  /** RFC 4511 §4.2.2: serverSaslCreds, of a bind. */
  serverCredentials: string | null;
  /** The name of an entry. */
  dn: string;
  attributes: Record<string, string[]>;
  controls: Record<string, Buffer>;
}

const ANSWER_MS = 20_000;
const ENTRY = 0x64;
const BIND = 0x61;

export class RawClient implements Disposable {
  socket: Socket;
  #buffer = Buffer.alloc(0);
  readonly answers: Answer[] = [];
  isClosed = false;
  readonly #waiting: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#listen(socket);
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => {});
    socket.once('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, HOST);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** RFC 4511 §4.14: goes on inside TLS, whoever shows whichever certificate. */
  async startTls(options: ConnectionOptions = {}): Promise<TLSSocket> {
    this.send(extendedMessage(1, '1.3.6.1.4.1.1466.20037'));
    await this.resultOf(1);
    this.socket.removeAllListeners('data');
    const secure = connectTls({ ...options, socket: this.socket, rejectUnauthorized: false });
    await once(secure, 'secureConnect');
    this.socket = secure;
    this.#listen(secure);
    return secure;
  }

  send(octets: Buffer): void {
    this.socket.write(octets);
  }

  /** The answers to a message up to the one with a result. */
  async answersTo(messageId: number): Promise<Answer[]> {
    const deadline = Date.now() + ANSWER_MS;
    for (;;) {
      const own = this.answers.filter((answer) => answer.messageId === messageId);
      if (own.some(({ tag }) => tag !== ENTRY)) return own;
      if (this.isClosed || Date.now() > deadline) {
        throw new Error(`message ${messageId} is not answered: ${JSON.stringify(this.answers.at(-1))}`);
      }
      await this.#news(deadline - Date.now());
    }
  }

  /** Something has come, or nothing will. */
  #news(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async resultOf(messageId: number): Promise<Answer> {
    return (await this.answersTo(messageId)).at(-1) as Answer;
  }

  #take(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const length = frameLength(this.#buffer);
      if (length === null || length > this.#buffer.length) return;
      this.answers.push(readAnswer(this.#buffer.subarray(0, length)));
      this.#buffer = this.#buffer.subarray(length);
      this.#wake();
    }
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

function frameLength(buffer: Buffer): number | null {
  const first = buffer[1];
  if (first === undefined) return null;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  return buffer.length < 2 + count ? null : 2 + count + buffer.readUIntBE(2, count);
}

function readAnswer(octets: Buffer): Answer {
  const reader = new BerReader(octets).inside();
  const messageId = reader.integer();
  const { tag, content } = reader.element();
  const answer: Answer = {
    messageId,
    tag,
    code: -1,
    matchedDn: '',
    text: '',
    serverCredentials: null,
    dn: '',
    attributes: {},
    controls: {},
  };
  const controls = reader.optional(contextParts(0));
  for (const list = new BerReader(controls ?? Buffer.alloc(0)); !list.isAtEnd; ) {
    const control = list.inside();
    const oid = control.text();
    control.optional(tags.boolean);
    answer.controls[oid] = control.optional(tags.octetString) ?? Buffer.alloc(0);
  }
  const body = new BerReader(content);
  if (tag === ENTRY) return { ...answer, dn: body.text(), attributes: readAttributes(body.inside()) };
  const told = { code: body.integer(tags.enumerated), matchedDn: body.text(), text: body.text() };
  const credentials = tag === BIND ? body.optional(context(7)) : null;
  return { ...answer, ...told, serverCredentials: credentials?.toString('utf8') ?? null };
}

function readAttributes(list: BerReader): Record<string, string[]> {
  const attributes: Record<string, string[]> = {};
  while (!list.isAtEnd) {
    const attribute = list.inside();
    const name = attribute.text();
    const values: string[] = [];
    for (const set = attribute.inside(tags.set); !set.isAtEnd; ) values.push(set.text());
    attributes[name] = values;
  }
  return attributes;
}
