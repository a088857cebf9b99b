// What comes from a client of a line protocol: lines and counted octets, taken when they are wanted. The socket is
// read no further than one buffer ahead, so that a client that sends without end fills its own side, not our memory.
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { Turn } from './yielding.ts';

/** Nothing more is read from this client. */
export class InputEnded extends Error {}

/** The connection has ended. */
export class Disconnected extends InputEnded {
  override name = 'Disconnected';
}

/** The client took longer than it may. */
export class TimedOut extends InputEnded {
  override name = 'TimedOut';
}

/** The client sends a line that does not end. */
export class EndlessLine extends InputEnded {
  override name = 'EndlessLine';
}

const LF = 0x0a;
const CR = 0x0d;
const EMPTY: Buffer = Buffer.alloc(0);
const MAX_PARTS = 32;
/** Of the beginning and the end of a line that is too long. */
const SHOWN = 64;
/** Of a line that is too long so much is thrown away; what is longer has no end. */
const MAX_THROWN_AWAY = 1024 * 1024;

export type Line =
  | { isTooLong: false; text: string }
  /** The line was taken and thrown away, but for its beginning and its end. */
  | { isTooLong: true; start: string; end: string; length: number };

export class SocketInput {
  #socket: Readable;
  /** Read from the socket, not yet taken. */
  #buffer: Buffer = EMPTY;
  #ended = false;
  #wake: (() => void) | null = null;
  readonly #turn = new Turn();
  /** Time a wait may take from now on. */
  timeoutMs = 60_000;
  /** `Date.now()` from which nothing is read any more, whether the client is silent or not. */
  deadline = Number.POSITIVE_INFINITY;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#attach(socket);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * The next line without its end, latin1. What goes beyond `limit` octets is thrown away as it comes. The
   * whole line must be there within the time-out.
   */
  async line(limit: number, deadline = Date.now() + this.timeoutMs): Promise<Line> {
    // Lines that are there already are taken without a wait; others want their turn.
    if (this.#turn.isOver) await this.#turn.pass();
    let kept: Buffer[] = [];
    let length = 0;
    let start = EMPTY;
    let tail = EMPTY;
    for (;;) {
      const end = this.#buffer.indexOf(LF);
      const part = end < 0 ? this.#buffer : this.#buffer.subarray(0, end);
      this.#drop(end < 0 ? this.#buffer.length : end + 1);
      length += part.length;
      if (length <= limit) {
        kept.push(part);
        // Of a line that comes octet by octet, no object is kept for each.
        if (kept.length === MAX_PARTS) kept = [Buffer.concat(kept)];
      } else {
        if (start === EMPTY) start = Buffer.concat([...kept, part]).subarray(0, SHOWN);
        kept = [];
        tail = Buffer.concat([tail, part]).subarray(-SHOWN);
      }
      if (end >= 0) break;
      if (length > limit + MAX_THROWN_AWAY) throw new EndlessLine('line too long');
      await this.#more(deadline);
    }
    if (length > limit) {
      const shown = { start: start.toString('latin1'), end: withoutCr(tail).toString('latin1') };
      return { isTooLong: true, ...shown, length };
    }
    const whole = kept.length === 1 ? (kept[0] as Buffer) : Buffer.concat(kept);
    return { isTooLong: false, text: withoutCr(whole).toString('latin1') };
  }

  /** Exactly `length` octets, for short literals. */
  async octets(length: number, deadline?: number): Promise<Buffer> {
    const octets = Buffer.allocUnsafe(length);
    let at = 0;
    for await (const part of this.stream(length, deadline)) at += part.copy(octets, at);
    return octets;
  }

  /** Exactly `length` octets as they come; each wait has the time-out, and all together a millisecond an octet more. */
  async *stream(length: number, deadline = Date.now() + this.timeoutMs + length): AsyncGenerator<Buffer> {
    let left = length;
    while (left > 0) {
      if (this.#turn.isOver) await this.#turn.pass();
      if (this.#buffer.length === 0) await this.#more(Math.min(deadline, Date.now() + this.timeoutMs));
      const part = this.#buffer.subarray(0, left);
      this.#drop(part.length);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }

  /** What is there already, to be looked at. */
  get pending(): Buffer {
    return this.#buffer;
  }

  /** The next `length` octets, which are pending. */
  take(length: number): Buffer {
    const octets = this.#buffer.subarray(0, length);
    this.#drop(length);
    return octets;
  }

  /** What has been taken whole is let go: an empty view would hold the memory it was read into for as long as the client is there. */
  #drop(length: number): void {
    this.#buffer = length < this.#buffer.length ? this.#buffer.subarray(length) : EMPTY;
  }

  /** Waits until something is there to be taken. */
  async ready(): Promise<void> {
    const deadline = Date.now() + this.timeoutMs;
    while (this.#buffer.length === 0) await this.#more(deadline);
  }

  /**
   * Before TLS starts on the socket. RFC 9051 §6.2.1, RFC 2595 §4: what the client sent in clear behind STARTTLS
   * or STLS was not protected, and is thrown away.
   */
  detach(): void {
    this.#socket.off('readable', this.#onReadable).off('end', this.#onEnd).off('close', this.#onEnd);
    while (this.#socket.read() !== null);
    this.#buffer = EMPTY;
  }

  /** Before TLS starts with what has come already: that goes back to the socket. */
  giveBack(): void {
    this.#socket.off('readable', this.#onReadable).off('end', this.#onEnd).off('close', this.#onEnd);
    if (this.#buffer.length > 0) this.#socket.unshift(this.#buffer);
    this.#buffer = EMPTY;
  }

  /** Goes on with another source: TLS, or what is inflated. */
  attach(socket: Readable): void {
    this.#socket = socket;
    this.#attach(socket);
  }

  #attach(socket: Readable): void {
    socket.on('readable', this.#onReadable).once('end', this.#onEnd).once('close', this.#onEnd);
  }

  readonly #onReadable = (): void => {
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake?.();
  };

  /** Reads what the socket has, or waits for it. */
  async #more(deadline: number): Promise<void> {
    for (;;) {
      if (Date.now() >= this.deadline) throw new TimedOut('the time is over');
      const chunk = this.#socket.read() as Buffer | null;
      if (chunk !== null) {
        this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
        return;
      }
      if (this.#ended || this.#socket.destroyed) throw new Disconnected('the client has gone');
      const left = Math.min(deadline, this.deadline) - Date.now();
      if (left <= 0) throw new TimedOut('the client is silent');
      await this.#wait(left);
    }
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#wake = done;
    });
  }
}

function withoutCr(line: Buffer): Buffer {
  return line.at(-1) === CR ? line.subarray(0, -1) : line;
}
