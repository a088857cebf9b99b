// The parser of a connection: command lines, and the payload of DATA handed to a sink without copying.
//
// Replaces the stream of smtp-server, whose data mode also takes dots out behind bare line feeds, waits a turn of the
// event loop for every such dot, and buffers in a stream of its own; and whose over-long line ends the connection.
/* oxlint-disable no-underscore-dangle -- the library's inner names */
import { SMTPStream } from 'smtp-server/lib/smtp-stream';
import { DataDecoder } from './data-decoder.ts';
import { LineNormaliser } from './line-normaliser.ts';

/** Where the payload of one mail goes. */
export interface DataSink {
  /** Takes payload; the buffer is the sink's from now on. */
  write(payload: Buffer): void;
  /** A promise while the sink has more in hand than it likes. Never rejects. */
  readonly busy: Promise<void> | null;
}

export interface LineHandler {
  /** `resume` must be called once, when the next line may come. */
  line(line: Buffer, resume: () => void): void;
  /** A line over `MAX_LINE` was thrown away. */
  longLine(resume: () => void): void;
  /** All octets of a chunk were read. Commands go on when `resume` is called. */
  chunkEnd(resume: () => void): void;
  /** The end of data was reached. Commands go on when `resume` is called. */
  dataEnd(resume: () => void): void;
}

// RFC 4954 §4: a response of AUTH may have 12,288 octets; all other lines are shorter (see smtp-connection.ts).
const MAX_LINE = 12_288;
/** Lines handled before other connections get their turn. */
const MAX_LINES_A_TURN = 100;
const LF = 0x0a;
const CR = 0x0d;
const NOTHING: Buffer = Buffer.alloc(0);

export class SmtpReader extends SMTPStream {
  readonly #handler: LineHandler;
  /** Read and not yet used. */
  #input: Buffer = NOTHING;
  #next: ((error?: Error | null) => void) | null = null;
  /** The beginning of an over-long line was thrown away; its end is still to come. */
  #skipping = false;
  #decoder: DataDecoder | null = null;
  #normaliser: LineNormaliser | null = null;
  #sink: DataSink | null = null;
  /** Octets of a chunk that are still to come; 0: none is being read. */
  #chunkLeft = 0;
  /** A handler has the turn: nothing is read on before it resumes. */
  #waiting = false;
  #running = false;

  constructor(handler: LineHandler) {
    super();
    this.#handler = handler;
  }

  /** The next octets are the payload of DATA. `normalise`: bare CR and LF become CRLF. */
  readInto(sink: DataSink, normalise: boolean): void {
    this.#sink = sink;
    this.#normaliser = normalise ? new LineNormaliser((payload) => sink.write(payload)) : null;
    const target = this.#normaliser ?? sink;
    this.#decoder = new DataDecoder((payload) => target.write(payload));
    this._dataMode = true;
  }

  /** The next `size` octets, at least one, are a chunk of BDAT. Without a sink they are thrown away. */
  readChunk(size: number, sink: DataSink | null): void {
    this.#sink = sink;
    this.#chunkLeft = size;
    this._dataMode = true;
  }

  override _write(chunk: Buffer, _encoding: string, next: (error?: Error | null) => void): void {
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    this.#next = next;
    if (!this.#waiting) this.#run();
  }

  // Nothing is done at the end of the stream: an unfinished line is no command.
  override _flushData(): void {}

  #run(): void {
    // A handler that resumes at once must not deepen the stack.
    if (this.#running) return;
    this.#running = true;
    let isUsed: boolean;
    try {
      isUsed = this.#useInput();
    } finally {
      this.#running = false;
    }
    // Asking for more may bring it within the call.
    if (isUsed) this.#done();
  }

  /** True when more input is needed; false when a handler has the turn. */
  #useInput(): boolean {
    for (let lines = 0; !this.#waiting; lines++) {
      if (this.isClosed || this.#input.length === 0) return true;
      if (lines === MAX_LINES_A_TURN) setImmediate(this.#handOver());
      else if (!this.#take()) return true;
    }
    return false;
  }

  #take(): boolean {
    if (this.#chunkLeft > 0) return this.#takeChunk();
    return this.#decoder ? this.#takeData(this.#decoder) : this.#takeLine();
  }

  #takeChunk(): true {
    const octets = this.#input.subarray(0, this.#chunkLeft);
    this.#input = this.#input.subarray(octets.length);
    this.#chunkLeft -= octets.length;
    this.#sink?.write(octets);
    const busy = this.#sink?.busy ?? null;
    if (this.#chunkLeft > 0) {
      if (busy) void busy.then(this.#handOver());
      return true;
    }
    this.#sink = null;
    this._dataMode = false;
    const resume = this.#handOver();
    // Chunks may be small and come all at once: their sink sets the pace as well.
    if (busy) void busy.then(() => this.#handler.chunkEnd(resume));
    else this.#handler.chunkEnd(resume);
    return true;
  }

  /** False when there is no whole line yet. */
  #takeLine(): boolean {
    const input = this.#input;
    const end = input.indexOf(LF);
    if (end < 0) {
      if (input.length > MAX_LINE) {
        this.#skipping = true;
        this.#input = NOTHING;
      }
      return false;
    }
    this.#input = input.subarray(end + 1);
    const isLong = this.#skipping || end > MAX_LINE;
    this.#skipping = false;
    const line = input.subarray(0, end > 0 && input[end - 1] === CR ? end - 1 : end);
    const resume = this.#handOver();
    if (isLong) this.#handler.longLine(resume);
    else this.#handler.line(line, resume);
    return true;
  }

  #takeData(decoder: DataDecoder): boolean {
    const input = this.#input;
    const end = decoder.write(input);
    this.#input = end < 0 ? NOTHING : input.subarray(end);
    if (end < 0) {
      const busy = this.#sink?.busy ?? null;
      if (busy) void busy.then(this.#handOver());
      return true;
    }
    this.#normaliser?.end();
    this.#decoder = null;
    this.#normaliser = null;
    this.#sink = null;
    this._dataMode = false;
    this.#handler.dataEnd(this.#handOver());
    return true;
  }

  #handOver(): () => void {
    this.#waiting = true;
    return () => {
      this.#waiting = false;
      this.#run();
    };
  }

  #done(): void {
    if (this.isClosed) this.#input = NOTHING;
    const next = this.#next;
    this.#next = null;
    next?.();
  }
}
