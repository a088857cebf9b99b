// Everything that the server refuses with, in one place: a reply code (RFC 5321 §4.2.2) and the enhanced code that says the
// same to programs (RFC 3463, RFC 5248). Texts are for strangers: generic, without foreign text, and with the remedy where
// the client's user can do something. A test holds the table; nothing is refused with a code that stands elsewhere.
import { type Reply, reply } from './reply.ts';

// --- this server --------------------------------------------------------------------------------------------------

/** Something of ours does not work; the client should come again. The reason is in the log. */
export const localTrouble = reply(451, '4.3.0', 'temporary trouble here, try again later');

/** RFC 5321 §4.5.3.1.10 and RFC 3463 §3.4. */
export const noSpace = reply(452, '4.3.1', 'no room for mail at the moment, try again later');

// RFC 5321 §3.8: 421 announces that the connection is closed.
export const shuttingDown = reply(421, '4.3.2', 'server is shutting down, try again later');
export const tooManySessions = reply(421, '4.3.2', 'too many sessions, try again later');
export const tooManySessionsOfAddress = reply(
  421,
  '4.7.0',
  'too many sessions from your address, try again later',
);

// --- the session --------------------------------------------------------------------------------------------------

/** Of the black list. */
export const blackClient = reply(554, '5.7.1', 'no mail is accepted from your address');
export const noService = reply(503, '5.5.1', 'no service for you here');
export const commandTooLong = reply(500, '5.5.2', 'line too long');
export const notUtf8 = reply(500, '5.5.2', 'command is not valid UTF-8');
export const unknownCommand = reply(500, '5.5.2', 'command not recognised');
// RFC 5321 §4.2.4: known and not implemented is 502, unknown is 500.
export const notImplemented = reply(502, '5.5.1', 'command not implemented');
export const badSequence = reply(503, '5.5.1', 'send HELO or EHLO first');
/** A web page that makes a browser talk to a mail server. */
export const webClient = reply(421, '4.7.0', 'this is no web server');
export const tooManyErrors = reply(421, '4.7.0', 'too many errors');
export const tooManyCommands = reply(421, '4.7.0', 'too many commands without a mail');
// RFC 3463 §3.5 X.4.2: the connection was closed for its time.
export const silent = reply(421, '4.4.2', 'nothing heard for too long, closing the connection');
export const commandTooSlow = reply(421, '4.4.2', 'command takes too long');
export const tooSlow = reply(421, '4.4.2', 'message takes too long');
export const verifySyntax = reply(501, '5.5.4', 'syntax: VRFY address');

// RFC 2034 §3: the answers to HELO and EHLO have no enhanced code.
export function helloSyntax(verb: 'HELO' | 'EHLO'): Reply {
  return reply(501, null, `syntax: ${verb} hostname`);
}

// --- STARTTLS, AUTH -----------------------------------------------------------------------------------------------

export const noTlsParameters = reply(501, '5.5.4', 'STARTTLS has no parameters');
export const tlsActive = reply(503, '5.5.1', 'TLS is active already');
export const tlsOff = reply(502, '5.5.1', 'STARTTLS is not offered');
// RFC 3207 §4.
export const tlsUnavailable = reply(454, '4.7.0', 'TLS is not available');

// RFC 4954 §4: not within a mail, and once.
export const authWithinMail = reply(503, '5.5.1', 'a mail is under way');
export const loggedInBefore = reply(503, '5.5.1', 'you have logged in');
// RFC 4954 §6: where it would travel in the clear.
export const authNeedsTls = reply(538, '5.7.11', 'encryption required for authentication; use STARTTLS');
export const authSyntax = reply(501, '5.5.4', 'syntax: AUTH mechanism response');
export const unknownMechanism = reply(504, '5.5.4', 'authentication mechanism not offered');
// RFC 4954 §4, §6; RFC 5248 §2.4: the X.5.6 of a response that is too long.
export const authTooLong = reply(500, '5.5.6', 'authentication exchange line is too long');
export const authCancelled = reply(501, '5.7.0', 'authentication cancelled');
export const notBase64 = reply(501, '5.5.2', 'the response is not base64');
export const malformedResponse = reply(501, '5.5.2', 'malformed response');
// RFC 4954 §6: 535 wrong credentials, 454 trouble of ours.
export const wrongCredentials = reply(535, '5.7.8', 'wrong user name or password');
export const loginLater = reply(454, '4.7.0', 'temporary trouble, try again later');
export const banned = reply(454, '4.7.0', 'too many failed log-ins from your address, try again later');
export const tooManyFailures = reply(421, '4.7.0', 'too many failed log-ins');
export const loginEnded = reply(421, '4.7.0', 'your account has changed, log in again');
// RFC 6409 §4.3, RFC 4954 §6.
export const loginRequired = reply(530, '5.7.0', 'authentication required');

/** `reason` is ours. */
export function malformedScram(reason: string): Reply {
  return reply(501, '5.5.2', reason);
}

// --- MAIL, RCPT ---------------------------------------------------------------------------------------------------

export const mailSyntax = reply(501, '5.5.2', 'syntax: MAIL FROM:<address>');
export const rcptSyntax = reply(501, '5.5.2', 'syntax: RCPT TO:<address>');
export const badSender = reply(501, '5.1.7', 'bad sender address');
export const badRecipient = reply(501, '5.1.3', 'bad recipient address');
export const badParameter = reply(501, '5.5.4', 'bad parameter');
export const repeatedParameter = reply(501, '5.5.4', 'parameter given twice');
// RFC 5321 §4.1.1.11: 555 for parameters that are not recognised or not implemented.
export const unknownParameter = reply(555, '5.5.4', 'parameter not recognised or not implemented');
export const nestedMail = reply(503, '5.5.1', 'a mail is under way; send RSET first');
export const noMail = reply(503, '5.5.1', 'send MAIL first');
// RFC 6531 §3.5.
export const needsUtf8 = reply(553, '5.6.7', 'a non-ASCII address needs SMTPUTF8');
export const notYours = reply(553, '5.7.1', 'the sender must be an address of your login');
// RFC 1870 §6.1 (2), §6.3.
export const tooLarge = reply(552, '5.3.4', 'message larger than this server accepts');
export const tooManyOfAddress = reply(
  450,
  '4.7.1',
  'too many messages from your address, try again in a minute',
);
export const tooManyOfAccount = reply(450, '4.7.1', 'too many messages from your account, try again later');
// RFC 5321 §4.5.3.1.10.
export const tooManyRecipients = reply(452, '4.5.3', 'too many recipients; send the rest with another mail');
export const blackName = reply(554, '5.7.1', 'no mail is accepted from this sender');
export const noRelaying = reply(550, '5.7.1', 'relaying denied; log in to send to other domains');
export const relayingSuspended = reply(
  550,
  '5.7.1',
  'relaying by address is suspended: too many senders come through yours; log in, or have the administrator confirm it',
);
export const unknownMailbox = reply(550, '5.1.1', 'no such mailbox here');
export const disabledMailbox = reply(550, '5.2.1', 'mailbox disabled');
// RFC 3463 §3.3 X.2.2. Transient: what is deleted makes room.
export const fullMailbox = reply(452, '4.2.2', 'mailbox full');
/** No scan, no pass: what a filter could not look at is not let through. */
export const filterAway = reply(451, '4.7.1', 'a check cannot be made at the moment, try again later');
// RFC 7372 §3.3: X.7.25, reverse DNS validation failed.
export const reverseNameUnknown = reply(
  451,
  '4.7.25',
  'the name of your address cannot be looked up at the moment, try again later',
);

export function badValue(keyword: string): Reply {
  return reply(501, '5.5.4', `bad value of the parameter ${keyword}`);
}

export function reverseNameRefused(isForNow: boolean, text: string): Reply {
  return isForNow ? reply(451, '4.7.25', text) : reply(550, '5.7.25', text);
}

/** Of a filter; its enhanced code is taken where it says the same as the reply code. */
export function filterRefused(result: 'defer' | 'reject', enhanced: string | undefined, text: string): Reply {
  const [code, own] = result === 'defer' ? [451, '4.7.1'] : [550, '5.7.1'];
  const fits = enhanced !== undefined && new RegExp(`^${own[0]}\\.\\d{1,3}\\.\\d{1,3}$`).test(enhanced);
  return reply(code, fits ? enhanced : own, text);
}

// --- the content --------------------------------------------------------------------------------------------------

export const noDataParameters = reply(501, '5.5.4', 'DATA has no parameters');
// RFC 5321 §3.3: no RCPT was accepted.
export const noRecipients = reply(554, '5.5.1', 'no valid recipients');
export const chunkSyntax = reply(501, '5.5.4', 'syntax: BDAT size [LAST]');
export const chunksUnderWay = reply(
  503,
  '5.5.1',
  'a mail is coming in chunks; go on with BDAT, or send RSET',
);
// RFC 3030 §2: after a refused chunk nothing counts before RSET.
export const chunkRefusedBefore = reply(503, '5.5.1', 'a chunk of this mail was refused; send RSET');
export const cannotGoOn = reply(421, '4.5.0', 'where the next command begins is not known');
// X.6.11 of the registry of RFC 5248: invalid characters.
export const bareLineBreaks = reply(550, '5.6.11', 'bare CR or LF in the message; lines must end with CRLF');
export const nulOctet = reply(550, '5.6.11', 'NUL octet in the message');
export const mailLoop = reply(554, '5.4.6', 'too many hops, this is a mail loop');
export const headerTooLarge = reply(554, '5.6.0', 'header too large');
export const blankFirst = reply(554, '5.6.0', 'the header must not begin with a blank or a tab');
export const twoFroms = reply(550, '5.6.0', 'the message has more than one From field');
// RFC 6409 §6.1: what a login may write there is policy, and nobody is no address of its own.
export const noFrom = reply(550, '5.7.1', 'the message has no From field with an address that can be read');
export const notYourFrom = reply(550, '5.7.1', 'From names an address that this login may not send as');
export const tooManyOurs = reply(
  554,
  '5.6.0',
  'too many header fields that only this server writes (Return-Path, X-Pochtar and Authentication-Results in our name)',
);
export const cannotBeStored = reply(554, '5.6.0', 'message cannot be stored');

export function lineTooLong(octets: number): Reply {
  return reply(554, '5.6.0', `line longer than ${octets} octets`);
}

export function fromTooLong(octets: number): Reply {
  return reply(550, '5.6.0', `the From field is longer than ${octets} octets`);
}
