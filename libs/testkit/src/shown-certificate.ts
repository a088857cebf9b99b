// Which certificate a TLS-first port shows to a client that asks for a name (RFC 6066 §3).
import { once } from 'node:events';
import { connect } from 'node:tls';

/** The common name of the certificate. */
export async function shownCertificate(
  { port, host }: { port: number; host: string },
  servername: string,
): Promise<string> {
  const socket = connect({ port, host, servername, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}
