// What this server can do, as CAPABILITY says it (RFC 9051 §7.2.2). Names that do not say it: SASL-IR is RFC 4959, CHILDREN
// RFC 3348, STATUS=SIZE RFC 8438.
import { canStartTls, channelBindings, isLoginAllowed, offeredScram } from '@pochtar/service';
import type { Session } from './command.ts';

const ALWAYS = 'IMAP4rev1 IMAP4rev2 SASL-IR ENABLE ID IDLE';
// RFC 7888 §5: of strangers only short literals are taken unasked; never both words at once.
const BEFORE_LOGIN = 'LITERAL-';
const AFTER_LOGIN =
  'LITERAL+ COMPRESS=DEFLATE NAMESPACE UIDPLUS MULTIAPPEND UNSELECT MOVE CHILDREN SPECIAL-USE CREATE-SPECIAL-USE LIST-EXTENDED LIST-STATUS STATUS=SIZE ' +
  'ESEARCH SEARCHRES WITHIN SORT SORT=DISPLAY ESORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES PARTIAL INPROGRESS ' +
  'BINARY CATENATE CONDSTORE QRESYNC QUOTA QUOTA=RES-STORAGE OBJECTID SAVEDATE PREVIEW METADATA NOTIFY REPLACE UIDONLY UTF8=ACCEPT';

export function capabilities(session: Session): string {
  const { settings } = session.server;
  if (session.account !== null) {
    // RFC 7889 §3: the one limit for all mailboxes.
    return `${ALWAYS} ${AFTER_LOGIN} APPENDLIMIT=${maxMessageSize(settings.current('sending'))}`;
  }
  const words = [ALWAYS, BEFORE_LOGIN];
  if (canStartTls(session)) words.push('STARTTLS');
  // RFC 9051 §6.2.3, §11.2: where a password would travel in clear, no way to log in is offered.
  if (!isLoginAllowed(session)) words.push('LOGINDISABLED');
  else {
    const scram = offeredScram(session.server.scram, channelBindings(session.socket));
    words.push(...[...scram, 'PLAIN', 'LOGIN'].map((mechanism) => `AUTH=${mechanism}`));
  }
  return words.join(' ');
}

/** Octets. */
export function maxMessageSize(sending: { maxMessageSizeMb: number }): number {
  return sending.maxMessageSizeMb * 1024 * 1024;
}
