// A client has connected: RFC 5321 §3.1. The look-ups of strangers start here and are asked for at RCPT.
import { lookUpClient } from '../look-up-client.ts';
import { blackClient } from '../replies.ts';
import type { Reply } from '../reply.ts';
import type { Session } from '../session.ts';
import type { Tools } from '../tools.ts';

/** Null: greet. */
export function connect(tools: Tools, session: Session): Reply | null {
  const listed = lookUpClient(tools, session);
  if (listed?.list === 'black') {
    tools.countHit(listed);
    return blackClient;
  }
  // The submission ports want a login, which lifts the look-up.
  if (listed === null && session.listener === 'mx') {
    session.dnsbl = tools.filters.startDnsbl(session.clientAddress);
    tools.reverseNames.start(session);
  }
  return null;
}
