// STLS (RFC 2595 §4).
import { acceptTls } from '@pochtar/runtime';
import { canStartTls } from '@pochtar/service';
import type { Run } from '../command.ts';
import { err, firstLine, ok, SessionEnd } from '../reply.ts';

export const stls: Run = async (session, argument) => {
  if (argument !== '') return err('STLS has no argument');
  if (session.isSecure) return err('TLS is active already');
  if (!canStartTls(session)) return err('TLS is not available');
  const { input, output, server } = session;
  // Before the answer: what comes after it belongs to the handshake.
  input.detach();
  output.text(firstLine(ok('begin the TLS handshake')));
  await output.flush();
  try {
    const secured = await acceptTls(session.socket, server.tls);
    session.secured(secured);
  } catch (error) {
    throw new SessionEnd(`TLS handshake failed: ${(error as Error).message}`);
  }
  return null;
};
