// What a session may use, as CAPA says it. RFC 2449 §5, §6.
import { canStartTls, channelBindings, isLoginAllowed, offeredScram } from '@pochtar/service';
import { INBOX } from '@pochtar/store/mailbox';
import type { Session } from './command.ts';

/** RFC 2449 §6; AUTH-RESP-CODE: RFC 3206 §6; LANG, and UTF8 for log-ins by USER too: RFC 6856 §2, §3. */
const ALWAYS = ['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING', 'LANG', 'UTF8 USER'];

export function capabilities(session: Session): string[] {
  const tags = [...ALWAYS, `EXPIRE ${expiry(session)}`];
  // RFC 2595 §4: in the AUTHORIZATION state, before TLS.
  if (session.maildrop === null && canStartTls(session)) tags.push('STLS');
  // RFC 2449 §6.3: USER means that USER and PASS work; RFC 2595 §2.3: where they are refused, so is AUTH.
  if (isLoginAllowed(session)) {
    const scram = offeredScram(session.server.scram, channelBindings(session.socket));
    tags.push('USER', ['SASL', ...scram, 'PLAIN', 'LOGIN'].join(' '));
  }
  return [...tags, 'IMPLEMENTATION Pochtar'];
}

// RFC 2449 §6.7: for how many days the server keeps what lies in the maildrop.
function expiry(session: Session): string {
  const { folders } = session.server.settings.current('retention');
  const rule = folders.find(({ folder }) => folder.toUpperCase() === INBOX);
  return rule === undefined ? 'NEVER' : String(rule.days);
}
