// Tagged answers (RFC 9051 §7.1), and the untagged ones that many commands share.

export interface Reply {
  status: 'OK' | 'NO' | 'BAD';
  /** Response code without brackets (RFC 5530, RFC 9051 §7.1). */
  code: string | null;
  text: string;
}

export function ok(text: string, code: string | null = null): Reply {
  return { status: 'OK', code, text };
}

export function no(text: string, code: string | null = null): Reply {
  return { status: 'NO', code, text };
}

export function bad(text: string, code: string | null = null): Reply {
  return { status: 'BAD', code, text };
}

export function formatReply(tag: string, { status, code, text }: Reply): string {
  return `${tag} ${status} ${code === null ? '' : `[${code}] `}${text}\r\n`;
}

/** The connection has to end; the reason is told with BYE. */
export class Bye extends Error {
  override name = 'Bye';
  readonly code: string | null;

  constructor(message: string, code: string | null = null) {
    super(message);
    this.code = code;
  }
}

export const noSuchMailbox: Reply = no('no such mailbox', 'NONEXISTENT');
export const badMailboxName: Reply = no('no mailbox can have this name', 'CANNOT');
export const readOnly: Reply = no('the mailbox is open read-only', 'READ-ONLY');
export const overQuota: Reply = no('the account is over its quota', 'OVERQUOTA');
export const someExpunged: Reply = no('some of the messages are no longer there', 'EXPUNGEISSUED');
export const tryAgain: Reply = no('not possible at the moment, try again later', 'UNAVAILABLE');
