// DELE (RFC 1939 §5): marks a message; it goes at QUIT.
import type { Run } from '../command.ts';
import { messageArgument } from '../message-argument.ts';
import { ok } from '../reply.ts';

export const dele: Run = (session, argument) => {
  const found = messageArgument(session, argument);
  if ('refusal' in found) return found.refusal;
  session.openMaildrop.delete(found.message);
  return ok(`message ${found.message.number} deleted`);
};
