// The extended operations (RFC 4511 §4.12): StartTLS, WhoAmI, Cancel.
import { acceptTls } from '@pochtar/runtime';
import { canStartTls } from '@pochtar/service';
import { BerReader } from '../ber/reader.ts';
import type { Outcome, Run, Session } from '../operation.ts';
import { extendedOids } from '../protocol/extended-oids.ts';
import { codes, Refused, result, success } from '../protocol/result.ts';

export const extended: Run<'extended'> = (session, { oid, value }) => {
  switch (oid) {
    case extendedOids.startTls:
      return startTls(session);
    case extendedOids.whoAmI:
      // RFC 4532 §2.2: of nobody the empty name.
      return {
        result: success,
        extended: { value: session.person === null ? '' : `u:${session.person.address}` },
      };
    case extendedOids.cancel:
      return cancel(session, value);
    default:
      // RFC 4511 §4.12: an operation that is not known is a protocolError.
      throw new Refused('protocolError', 'no such extended operation');
  }
};

function startTls(session: Session): Outcome {
  // RFC 4511 §4.14.2: inside TLS it is out of place.
  if (session.isSecure) throw new Refused('operationsError', 'TLS is active already');
  if (!canStartTls(session)) throw new Refused('unavailable', 'TLS is not available');
  const { input, socket, server } = session;
  // Before the answer: what comes after it belongs to the handshake.
  input.detach();
  return {
    result: success,
    extended: { oid: extendedOids.startTls },
    afterwards: async () => session.secured(await acceptTls(socket, server.tls)),
  };
}

// RFC 3909 §2: the operation that is cancelled answers too.
function cancel(session: Session, value: Buffer | null): Outcome {
  if (value === null) throw new Refused('protocolError', 'say which operation is to be cancelled');
  const messageId = new BerReader(value).inside().integer();
  if (session.abandon(messageId, true)) return { result: success };
  return { result: result(codes.noSuchOperation, 'no such operation is under way') };
}
