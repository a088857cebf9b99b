// What a command answers. RFC 1939 §3, response codes of RFC 2449 §8 and RFC 3206.

export type ResponseCode =
  /** RFC 2449 §8.1.2: another session has the maildrop. */
  | 'IN-USE'
  /** RFC 3206 §4: the name or the password is wrong. */
  | 'AUTH'
  /** RFC 6856 §5: the message has UTF-8 in its header, and the client has not asked for it. */
  | 'UTF8'
  /** RFC 3206 §3: trouble that passes. */
  | 'SYS/TEMP'
  /** RFC 3206 §3: trouble that somebody has to mend. */
  | 'SYS/PERM';

export interface Reply {
  isOk: boolean;
  code: ResponseCode | null;
  text: string;
  /** The lines of a multi-line answer; null for a single line. */
  lines: Iterable<string> | null;
}

export function ok(text: string): Reply {
  return { isOk: true, code: null, text, lines: null };
}

/** `lines` must not begin with a dot. */
export function list(text: string, lines: Iterable<string>): Reply {
  return { isOk: true, code: null, text, lines };
}

export function err(text: string, code: ResponseCode | null = null): Reply {
  return { isOk: false, code, text, lines: null };
}

export const tryAgain = err('not now, try again later', 'SYS/TEMP');

/** The first line, with its end. RFC 2449 §4: at most 512 octets, which texts of ours never reach. */
export function firstLine({ isOk, code, text }: Reply): string {
  return `${isOk ? '+OK' : '-ERR'} ${code === null ? '' : `[${code}] `}${text}\r\n`;
}

/** Ends the session; nothing is deleted. `reply` is sent before, unless it is null. */
export class SessionEnd extends Error {
  override name = 'SessionEnd';
  readonly reply: Reply | null;

  constructor(why: string, reply: Reply | null = null) {
    super(why);
    this.reply = reply;
  }
}
