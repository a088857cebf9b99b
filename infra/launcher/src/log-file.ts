// A log file that starts anew when it has grown: name.log, then name.log.1 (the newest old one) to name.log.4.
import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

export interface LogFileOptions {
  maxBytes?: number;
  /** Old files kept beside the current one. */
  keep?: number;
}

export class LogFile implements Disposable {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #keep: number;
  #file: number;
  #size: number;

  constructor(path: string, options: LogFileOptions = {}) {
    this.path = path;
    this.#maxBytes = options.maxBytes ?? 10 * 1024 * 1024;
    this.#keep = options.keep ?? 4;
    this.#size = existsSync(path) ? statSync(path).size : 0;
    this.#file = openSync(path, 'a', 0o600);
  }

  /** Appends; a file that is full is rotated before, so that a write is never split over two. */
  write(chunk: Buffer | string): void {
    try {
      if (this.#size >= this.#maxBytes) this.#rotate();
      this.#size += writeSync(this.#file, typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    } catch {
      // A full disk costs log lines; it must not cost the processes that are being watched.
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #rotate(): void {
    closeSync(this.#file);
    for (let number = this.#keep; number >= 1; number--) {
      const older = number === 1 ? this.path : `${this.path}.${number - 1}`;
      if (existsSync(older)) renameSync(older, `${this.path}.${number}`);
    }
    this.#file = openSync(this.path, 'a', 0o600);
    this.#size = 0;
  }
}
