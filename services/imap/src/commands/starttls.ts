// STARTTLS (RFC 9051 §6.2.1).
import { acceptTls, Disconnected } from '@pochtar/runtime';
import { canStartTls } from '@pochtar/service';
import type { Run } from '../command.ts';
import { bad, formatReply, no, ok } from '../reply.ts';

export const starttls: Run = async (session, { cursor, tag }) => {
  cursor.end();
  if (session.isSecure) return bad('TLS is active already');
  if (!canStartTls(session)) return no('TLS is not available', 'UNAVAILABLE');
  const { input, output } = session;
  // Before the answer: what comes after it belongs to the handshake.
  input.detach();
  output.text(formatReply(tag, ok('begin the TLS handshake')));
  await output.flush();
  try {
    const secured = await acceptTls(session.socket, session.server.tls);
    session.socket = secured;
    input.attach(secured);
    output.attach(secured);
    session.isSecure = true;
  } catch (error) {
    session.log.debug({ reason: (error as Error).message }, 'TLS handshake failed');
    throw new Disconnected('TLS handshake failed');
  }
  return null;
};
