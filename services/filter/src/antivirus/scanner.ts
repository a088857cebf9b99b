// What a scanner says about a mail. Anything unclear is an error: only a clear answer is clean.
import type { Socket } from 'node:net';

export type ScanResult =
  | { kind: 'clean' }
  | { kind: 'infected'; virus: string }
  /** The scanner works, but could not look inside: too large, encrypted, over its limits. Never clean, never a virus. */
  | { kind: 'unscannable'; reason: string }
  /**
   * No answer, or none that is clear. `isCutOff`: it took a part of the mail and closed the connection, as one does for
   * which the mail is too large.
   */
  | { kind: 'error'; reason: string; isCutOff?: true };

export interface Scanner {
  /** For people. */
  readonly name: string;
  /** `open` gives the mail from its start. Throws `SourceFailed` when that fails, and `ScanStopped`. */
  scan(open: () => AsyncIterable<Buffer>, length: number, stop?: AbortSignal): Promise<ScanResult>;
  /** Whether it answers, without a mail. */
  isWell(stop?: AbortSignal): Promise<boolean>;
  /** What it calls itself: program and version, as far as it says. Throws when it does not answer. */
  version(stop?: AbortSignal): Promise<string>;
}

/** The mail could not be read while a scanner was looking; the cause says why. */
export class SourceFailed extends Error {
  override name = 'SourceFailed';
}

/** `stop` was given: the process ends, and the mail is scanned by another one. */
export class ScanStopped extends Error {
  override name = 'ScanStopped';
}

/** How long a scanner may take. */
export interface ScanLimits {
  /** For a whole scan of so many bytes. */
  scanMs: (length: number) => number;
  /** Without taking another byte of the mail. */
  idleMs: number;
}

const MB = 1024 * 1024;
/** A scanner that has not answered after this time will not: the mail waits, and others get its place. */
export const LIMITS: ScanLimits = {
  scanMs: (length) => 30_000 + 3000 * Math.ceil(length / MB),
  idleMs: 20_000,
};
export const CONNECT_MS = 10_000;
/** For an answer to "are you there". */
export const PING_MS = 5000;

/** Waits while the socket has more to send than it can take; a closed one needs no waiting. Throws after `idleMs`. */
export function drained(socket: Socket | null, idleMs: number): Promise<void> {
  if (socket === null || socket.destroyed || !socket.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      socket.off('drain', done).off('close', done);
    };
    const done = (): void => {
      end();
      resolve();
    };
    const timer = setTimeout(() => {
      end();
      reject(new Stalled(`it took nothing more for ${idleMs / 1000} s`));
    }, idleMs);
    socket.on('drain', done).on('close', done);
  });
}

/** The scanner takes no more of the mail. */
export class Stalled extends Error {
  override name = 'Stalled';
}

/** `using limit = scanLimit(…)`: the end of a scan by time, or because the process stops. */
export interface ScanLimit extends Disposable {
  signal: AbortSignal;
  /** Why the scan failed, in words; throws `ScanStopped` when it was stopped. */
  reason(error: unknown): string;
}

export function scanLimit(scanMs: number, stop: AbortSignal | undefined): ScanLimit {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const timer = setTimeout(end, scanMs);
  if (stop?.aborted) end();
  stop?.addEventListener('abort', end);
  return {
    signal: ended.signal,
    reason(error) {
      if (stop?.aborted) throw new ScanStopped('the process is stopping');
      return ended.signal.aborted ? `no answer within ${scanMs / 1000} s` : (error as Error).message;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      stop?.removeEventListener('abort', end);
    },
  };
}

/** `host:port` of the settings, with IPv6 in brackets; a bare host gets `defaultPort`. */
export function hostAndPort(address: string, defaultPort: number): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw new Error(`the address ${address} is not host:port`);
  return { host, port: match?.[3] === undefined ? defaultPort : Number(match[3]) };
}
