// UIDL (RFC 1939 §7): ids that stay the same over sessions and are never used again.
import type { Run, Session } from '../command.ts';
import { messageArgument } from '../message-argument.ts';
import { list as listing, ok } from '../reply.ts';

export const uidl: Run = (session, argument) => {
  if (argument === '') return listing('unique-id listing follows', idListings(session));
  const found = messageArgument(session, argument);
  if ('refusal' in found) return found.refusal;
  return ok(`${found.message.number} ${session.openMaildrop.uniqueId(found.message)}`);
};

function* idListings(session: Session): Generator<string> {
  const maildrop = session.openMaildrop;
  for (const message of maildrop.messages()) yield `${message.number} ${maildrop.uniqueId(message)}`;
}
