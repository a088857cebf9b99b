// Replies to commands that are refused before they mean anything.
import type { PathFault } from './path-command.ts';
import { type Reply, reply } from './reply.ts';

export const commandTooLong = reply(500, '5.5.2', 'line too long');
const unknownCommand = reply(500, '5.5.2', 'command not recognised');
export const badSequence = reply(503, '5.5.1', 'send HELO or EHLO first');
export const loginEnded = reply(421, '4.7.0', 'your account has changed, log in again');
export const chunksUnderWay = reply(
  503,
  '5.5.1',
  'a mail is coming in chunks; go on with BDAT, or send RSET',
);
export const cannotGoOn = reply(421, '4.7.0', 'where the next command begins is not known');
export const tooSlow = reply(421, '4.4.2', 'message takes too long');
export const tooManyErrors = reply(421, '4.7.0', 'too many errors');
export const tooManyCommands = reply(421, '4.7.0', 'too many commands without a mail');
export const faultReplies: Record<PathFault, [mail: Reply, rcpt: Reply]> = {
  syntax: [
    reply(501, '5.5.2', 'syntax: MAIL FROM:<address>'),
    reply(501, '5.5.2', 'syntax: RCPT TO:<address>'),
  ],
  address: [reply(501, '5.1.7', 'bad sender address'), reply(501, '5.1.3', 'bad recipient address')],
  parameter: [reply(501, '5.5.4', 'bad parameter'), reply(501, '5.5.4', 'bad parameter')],
  repeated: [reply(501, '5.5.4', 'parameter given twice'), reply(501, '5.5.4', 'parameter given twice')],
};
// RFC 5321 §4.1.1.5, §4.2.4: known and not implemented is 502, unknown is 500.
const NOT_IMPLEMENTED = new Set(['EXPN', 'TURN', 'ETRN', 'ATRN', 'SEND', 'SOML', 'SAML']);

/** To a verb that nothing is done for. */
export function unknownReply(verb: string, line: string): Reply {
  // A web page that makes a browser talk to a mail server.
  if (/ HTTP\/\d/.test(line)) return reply(421, '4.7.0', 'this is no web server');
  return NOT_IMPLEMENTED.has(verb) ? reply(502, '5.5.1', 'command not implemented') : unknownCommand;
}
