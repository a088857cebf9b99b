// What goes to a client of a line protocol. Text and short octets gather up to 32 KiB, and octets of as many may follow, so that
// an answer is mostly one packet; then it waits until the client has taken them. Never more than that, and what the socket
// buffers, is held for a client that reads slowly; one that stops is cut off.
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { Disconnected, TimedOut } from './socket-input.ts';

const GATHERED = 32 * 1024;
/** A slow client must take this much within the time-out, not all of a large chunk. */
const WRITTEN_AT_ONCE = 64 * 1024;

export class SocketOutput {
  #socket: Writable;
  readonly #stallMs: number;
  #parts: (string | Buffer)[] = [];
  #length = 0;
  /** Until the client has taken what was written: one wait, whoever writes meanwhile (a session may answer several at once). */
  #drained: Promise<void> | undefined;
  /** Octets handed to the socket. */
  written = 0;

  constructor(socket: Socket, stallMs: number) {
    this.#socket = socket;
    this.#stallMs = stallMs;
  }

  /** Octets as a latin1 string. Awaiting it is the back-pressure; text alone is short, so that lists may gather. */
  text(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
  }

  /** Whether enough has gathered that `flush` should be awaited before more is made. */
  get isFull(): boolean {
    return this.#length >= GATHERED;
  }

  /** They must not change before they are flushed. */
  async octets(octets: Buffer): Promise<void> {
    if (octets.length <= GATHERED && !this.isFull) {
      this.#parts.push(octets);
      this.#length += octets.length;
      return;
    }
    await this.flush();
    for (let at = 0; at < octets.length; at += WRITTEN_AT_ONCE) {
      await this.#write(octets.subarray(at, at + WRITTEN_AT_ONCE));
    }
  }

  async flush(): Promise<void> {
    if (this.#length === 0) return;
    const octets = joined(this.#parts);
    this.#parts = [];
    this.#length = 0;
    await this.#write(octets);
  }

  /** Goes on with another sink: TLS, or what deflates. */
  attach(socket: Writable): void {
    this.#socket = socket;
  }

  /** Sends what has gathered, as far as the client takes it soon, and ends the connection. */
  async end(): Promise<void> {
    try {
      await this.flush();
    } catch {
      // The client has gone, or does not read: nothing is owed to it.
    }
    const socket = this.#socket;
    socket.end();
    if (socket.destroyed) return;
    // A client that neither closes nor reads must not keep the connection.
    const timer = setTimeout(() => socket.destroy(), 5000).unref();
    // Thousands may end in that time: of what has ended nothing is kept.
    socket.once('close', () => clearTimeout(timer));
  }

  /** Octets, or a latin1 string of them. */
  async #write(octets: Buffer | string): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) throw new Disconnected('the client has gone');
    this.written += octets.length;
    const isTaken = typeof octets === 'string' ? socket.write(octets, 'latin1') : socket.write(octets);
    if (isTaken) return;
    this.#drained ??= this.#drain(socket).finally(() => {
      this.#drained = undefined;
    });
    await this.#drained;
  }

  #drain(socket: Writable): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (error?: Error): void => {
        clearTimeout(timer);
        socket.off('drain', drained).off('close', closed);
        if (error) reject(error);
        else resolve();
      };
      const drained = (): void => finish();
      const closed = (): void => finish(new Disconnected('the client has gone'));
      const timer = setTimeout(() => {
        socket.destroy();
        finish(new TimedOut('the client does not read'));
      }, this.#stallMs);
      socket.once('drain', drained).once('close', closed);
    });
  }
}

/**
 * In one, for what lies apart would go out in packets of its own. As a text where it can be: what is short goes to the
 * kernel without memory of its own then.
 */
function joined(parts: readonly (string | Buffer)[]): Buffer | string {
  if (parts.every((part) => typeof part === 'string')) return parts.join('');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}
