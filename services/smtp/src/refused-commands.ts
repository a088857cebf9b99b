// Which reply a command gets that is refused before it means anything.
import type { PathFault } from './path-command.ts';
import type { Session } from './session.ts';
import type { Dialogue } from './protocol.ts';
import * as replies from './replies.ts';
import type { Reply } from './reply.ts';

const NOT_IMPLEMENTED = new Set(['EXPN', 'TURN', 'ETRN', 'ATRN', 'SEND', 'SOML', 'SAML']);

/** To a verb that nothing is done for. RFC 5321 §4.1.1.5, §4.2.4. */
export function unknownReply(verb: string, line: string): Reply {
  if (/ HTTP\/\d/.test(line)) return replies.webClient;
  return NOT_IMPLEMENTED.has(verb) ? replies.notImplemented : replies.unknownCommand;
}

const pathFaults: Readonly<Record<PathFault, readonly [mail: Reply, rcpt: Reply]>> = {
  syntax: [replies.mailSyntax, replies.rcptSyntax],
  address: [replies.badSender, replies.badRecipient],
  parameter: [replies.badParameter, replies.badParameter],
  repeated: [replies.repeatedParameter, replies.repeatedParameter],
};

export function pathRefusal(command: 'mail' | 'rcpt', fault: PathFault): Reply {
  return pathFaults[fault][command === 'mail' ? 0 : 1];
}

/** Null: the log-in may begin. */
export function authRefusal(dialogue: Pick<Dialogue, 'mayAuthenticate'>, session: Session): Reply | null {
  if (session.transaction) return replies.authWithinMail;
  if (!dialogue.mayAuthenticate(session)) return replies.authNeedsTls;
  return session.login ? replies.loggedInBefore : null;
}

/** Null: the handshake may begin. */
export function startTlsRefusal(
  line: string,
  isSecure: boolean,
  state: ReturnType<Dialogue['startTls']>,
): Reply | null {
  if (line.slice('STARTTLS'.length).trim() !== '') return replies.noTlsParameters;
  if (isSecure) return replies.tlsActive;
  if (state === 'off') return replies.tlsOff;
  return state === 'unavailable' ? replies.tlsUnavailable : null;
}

const ofLibrary: Readonly<Record<string, Reply>> = {
  'Authentication aborted': replies.authCancelled,
  'Error: invalid userdata': replies.notBase64,
  'Error: missing username': replies.malformedResponse,
  'Error: syntax: AUTH PLAIN token': replies.authSyntax,
  'Error: syntax: AUTH LOGIN': replies.authSyntax,
  'Error: Unrecognized authentication type': replies.unknownMechanism,
};

/** The library's own words in AUTH, in ours. */
export function inOurWords(text: unknown): Reply | undefined {
  return typeof text === 'string' && Object.hasOwn(ofLibrary, text) ? ofLibrary[text] : undefined;
}
