// BDAT: RFC 3030 §2. A mail in chunks of a told size: nothing in them is looked for, so nothing can be hidden in them. The
// octets of a chunk that is refused are read and thrown away, since they follow the command whatever is answered.
import { LineNormaliser } from './line-normaliser.ts';
import type { PayloadSink } from './protocol.ts';
import { chunkRefusedBefore, chunkSyntax, tooLarge } from './replies.ts';
import { isRefusal, type Reply, reply } from './reply.ts';
import type { DataSink } from './smtp-reader.ts';

const CRLF = Buffer.from('\r\n');

export interface Chunk {
  size: number;
  isLast: boolean;
  /** Where its octets go; null: nowhere. */
  sink: DataSink | null;
}

/** RFC 3030 §2: `BDAT` SP chunk-size [SP `LAST`]. Null: how much follows is not known. */
export function parseChunk(line: string): { size: number; isLast: boolean } | null {
  const [, size, last] = /^BDAT +(\d{1,15})(?: +(LAST))? *$/i.exec(line) ?? [];
  return size === undefined ? null : { size: Number(size), isLast: last !== undefined };
}

export interface ChunkingOptions {
  /** Begins a mail. */
  begin(): Reply | PayloadSink;
  maxSize(): number;
}

/** The chunks of one mail at a time. */
export class Chunking {
  readonly #options: ChunkingOptions;
  #mail: ChunkedMail | null = null;
  /** Why the chunk that comes in is refused. */
  #refusal: Reply | null = null;
  #hasFailed = false;
  #isLast = false;
  #size = 0;

  constructor(options: ChunkingOptions) {
    this.#options = options;
  }

  /** The mail that is coming in. */
  get payload(): PayloadSink | null {
    return this.#mail?.payload ?? null;
  }

  /** RFC 3030 §2: a mail that was begun with BDAT, taken so far or not, goes on with it or with RSET. */
  get isUnderWay(): boolean {
    return this.#mail !== null || this.#hasFailed;
  }

  /** A reply: the command cannot be followed, and neither can what comes behind it. */
  command(line: string, outOfPlace: Reply | null): Chunk | Reply {
    const chunk = parseChunk(line);
    if (chunk === null) return chunkSyntax;
    if (chunk.size > this.#options.maxSize()) return tooLarge;
    this.#size = chunk.size;
    this.#isLast = chunk.isLast;
    this.#refusal = outOfPlace ?? (this.#hasFailed ? chunkRefusedBefore : this.#begun());
    return { ...chunk, sink: this.#refusal === null ? this.#mail : null };
  }

  #begun(): Reply | null {
    if (this.#mail !== null) return null;
    const payload = this.#options.begin();
    if ('code' in payload) return payload;
    this.#mail = new ChunkedMail(payload);
    return null;
  }

  /** All octets of the chunk are there. `isOver`: so is the mail, taken or not. */
  async received(): Promise<{ answer: Reply; isOver: boolean }> {
    const answer = await this.#answer();
    const isOver = this.#isLast;
    if (isOver) this.reset();
    else if (isRefusal(answer)) this.#fail();
    return { answer, isOver };
  }

  async #answer(): Promise<Reply> {
    const mail = this.#mail;
    if (this.#refusal !== null || mail === null) return this.#refusal ?? chunkRefusedBefore;
    if (mail.payload.body.received > this.#options.maxSize()) return tooLarge;
    if (!this.#isLast) return reply(250, '2.0.0', `${this.#size} octets received`);
    // Complete: it is taken or not, whatever becomes of the connection.
    this.#mail = null;
    return mail.end();
  }

  #fail(): void {
    this.reset();
    this.#hasFailed = true;
  }

  /** What came in of a mail is thrown away. */
  reset(): void {
    this.#mail?.payload.abort();
    this.#mail = null;
    this.#hasFailed = false;
  }
}

/** Chunks end anywhere: line ends are looked at over their borders, and the last line gets its own where it has none. */
class ChunkedMail implements DataSink {
  readonly payload: PayloadSink;
  readonly #normaliser: LineNormaliser | null;
  /** The last two octets. */
  #tail: Buffer = CRLF;

  constructor(payload: PayloadSink) {
    this.payload = payload;
    this.#normaliser = payload.isNormalised ? new LineNormaliser((octets) => this.#pass(octets)) : null;
  }

  get busy(): Promise<void> | null {
    return this.payload.body.busy;
  }

  write(octets: Buffer): void {
    if (this.#normaliser) this.#normaliser.write(octets);
    else this.#pass(octets);
  }

  end(): Promise<Reply> {
    this.#normaliser?.end();
    // RFC 5321 §2.3.8: a line ends with CRLF; so does what is sent on by DATA.
    if (!this.#tail.equals(CRLF)) this.payload.body.write(Buffer.from(CRLF));
    return this.payload.end();
  }

  #pass(octets: Buffer): void {
    if (octets.length === 0) return;
    this.#tail = Buffer.concat([this.#tail, octets.subarray(-2)]).subarray(-2);
    this.payload.body.write(octets);
  }
}
