// What a scanner says about a mail. Anything unclear is an error: only a clear answer is clean.

export type ScanResult =
  | { kind: 'clean' }
  | { kind: 'infected'; virus: string }
  /** The scanner works, but could not look inside: too large, encrypted, over its limits. Never clean, never a virus. */
  | { kind: 'unscannable'; reason: string }
  /** No answer, or none that is clear. */
  | { kind: 'error'; reason: string };

export interface Scanner {
  /** For people. */
  readonly name: string;
  /** `open` gives the mail from its start. Throws `SourceFailed` when that fails, and `ScanStopped`. */
  scan(open: () => AsyncIterable<Buffer>, length: number, stop?: AbortSignal): Promise<ScanResult>;
}

/** The mail could not be read while a scanner was looking; the cause says why. */
export class SourceFailed extends Error {
  override name = 'SourceFailed';
}

/** `stop` was given: the process ends, and the mail is scanned by another one. */
export class ScanStopped extends Error {
  override name = 'ScanStopped';
}

/** A scanner that has not answered after this time will not. */
export const SCAN_MS = 180_000;
export const CONNECT_MS = 10_000;

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
