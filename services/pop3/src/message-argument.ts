// The message number of a command. RFC 1939 §3.
import type { NumberedMessage } from './maildrop.ts';
import { err, type Reply } from './reply.ts';
import type { Session } from './command.ts';

export type MessageArgument = { message: NumberedMessage } | { refusal: Reply };

/** Decimal digits; leading zeros do no harm. */
export function messageArgument(session: Session, argument: string): MessageArgument {
  const maildrop = session.openMaildrop;
  if (!/^\d{1,10}$/.test(argument)) return { refusal: err('give the number of a message') };
  const number = Number(argument);
  const message = maildrop.message(number);
  if (message !== null) return { message };
  if (maildrop.isDeleted(number)) return { refusal: err(`message ${number} is deleted`) };
  return { refusal: err(`no such message, only ${maildrop.total} messages in maildrop`) };
}
