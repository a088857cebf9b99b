// RETR (RFC 1939 §5).
import type { Run } from '../command.ts';
import { messageArgument } from '../message-argument.ts';
import { openMessage, sendMessage } from '../send-message.ts';

export const retr: Run = async (session, argument) => {
  const found = messageArgument(session, argument);
  if ('refusal' in found) return found.refusal;
  const message = await openMessage(session, found.message);
  if ('refusal' in message) return message.refusal;
  return sendMessage(session, `${message.size} octets`, message.bytes);
};
