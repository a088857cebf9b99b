// LIST (RFC 1939 §5): messages marked as deleted are not listed.
import type { Run, Session } from '../command.ts';
import { messageArgument } from '../message-argument.ts';
import { list as listing, ok } from '../reply.ts';

export const list: Run = (session, argument) => {
  if (argument !== '') {
    const found = messageArgument(session, argument);
    return 'refusal' in found ? found.refusal : ok(`${found.message.number} ${found.message.size}`);
  }
  const { count, octets } = session.openMaildrop;
  return listing(`${count} messages (${octets} octets)`, scanListings(session));
};

function* scanListings(session: Session): Generator<string> {
  for (const { number, size } of session.openMaildrop.messages()) yield `${number} ${size}`;
}
