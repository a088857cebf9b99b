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
  /** `open` gives the mail from its start. Throws only when the mail cannot be read. */
  scan(open: () => AsyncIterable<Buffer>, length: number): Promise<ScanResult>;
}

/** The mail could not be read while a scanner was looking; the cause says why. */
export class SourceFailed extends Error {
  override name = 'SourceFailed';
}

/** A scanner that has not answered after this time will not. */
export const SCAN_MS = 180_000;
export const CONNECT_MS = 10_000;

/** `host:port` of the settings, with IPv6 in brackets; a bare host gets `defaultPort`. */
export function hostAndPort(address: string, defaultPort: number): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw new Error(`the address ${address} is not host:port`);
  return { host, port: match?.[3] === undefined ? defaultPort : Number(match[3]) };
}
