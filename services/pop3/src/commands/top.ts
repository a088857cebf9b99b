// TOP (RFC 1939 §7): the header, the blank line, and the first lines of the body.
import type { Run } from '../command.ts';
import { topOf } from '../dot-stuffing.ts';
import { messageArgument } from '../message-argument.ts';
import { err } from '../reply.ts';
import { openMessage, sendMessage } from '../send-message.ts';

export const top: Run = async (session, argument) => {
  const [number = '', lines = '', ...more] = argument.split(' ');
  if (!/^\d{1,10}$/.test(lines) || more.length > 0) {
    return err('give the number of a message and a number of lines');
  }
  const found = messageArgument(session, number);
  if ('refusal' in found) return found.refusal;
  const message = await openMessage(session, found.message);
  if ('refusal' in message) return message.refusal;
  return sendMessage(
    session,
    'top of message follows',
    topOf(message.bytes, message.headerLength, Number(lines)),
  );
};
