// The commands of a session, put together for the endpoints: what is offered, what is asked, what is counted.
import { formatAddress } from '@pochtar/mail';
import type { TlsContexts } from '@pochtar/runtime';
import { offeredScram } from '@pochtar/service';
import { auth, loggedInAs, scramLogin } from './commands/auth.ts';
import { connect } from './commands/connect.ts';
import { data } from './commands/data.ts';
import { mail } from './commands/mail.ts';
import { rcpt } from './commands/rcpt.ts';
import type { Dialogue } from './protocol.ts';
import { maxMessageSize, type Tools } from './tools.ts';

export function createDialogue(tools: Tools, tls: TlsContexts): Dialogue {
  const { metrics, log } = tools;
  const startTls: Dialogue['startTls'] = (session) => {
    if (session.tls || tools.current('smtpEncryption').mode === 'none') return 'off';
    return tls.available ? 'offered' : 'unavailable';
  };
  // The setting `required`: a password travels inside TLS or not at all.
  const mayAuthenticate: Dialogue['mayAuthenticate'] = (session) =>
    session.tls !== null || tools.current('smtpEncryption').mode !== 'required';
  return {
    serverName: () => tools.current('general').heloName,
    connect(session) {
      metrics.openSessions.add(1);
      const refusal = connect(tools, session);
      if (refusal === null) metrics.sessions.add(1, { listener: session.listener });
      return refusal;
    },
    auth: (session, credentials) => auth(tools, session, credentials),
    scram: (session, mechanism) => scramLogin(tools, session, mechanism),
    loggedIn: (session, outcome) => loggedInAs(tools, session, outcome),
    mail: (session, command) => mail(tools, session, command),
    rcpt: (session, command) => rcpt(tools, session, command),
    data: (session) => data(tools, session),
    maxMessageSize: () => maxMessageSize(tools),
    startTls,
    mayAuthenticate,
    // RFC 5321 §4.1.1.1; RFC 1870, 2920, 3030, 6152, 6531, 3461, 2034, 3207, 4954.
    keywords(session) {
      const keywords = ['PIPELINING', `SIZE ${maxMessageSize(tools)}`];
      if (startTls(session) === 'offered') keywords.push('STARTTLS');
      if (!session.login && mayAuthenticate(session)) {
        const scram = offeredScram(tools.scram, session.bindings);
        keywords.push(['AUTH', ...scram, 'PLAIN', 'LOGIN'].join(' '));
      }
      keywords.push('ENHANCEDSTATUSCODES', '8BITMIME', 'CHUNKING', 'DSN');
      if (tools.current('misc').smtpUtf8) keywords.push('SMTPUTF8');
      return keywords;
    },
    refused(session, stage, recipient, answer) {
      metrics.refused.add(1, { stage, code: answer.code });
      const { transaction } = session;
      const path = transaction?.reversePath;
      const reversePath = transaction ? (path ? formatAddress(path) : '') : null;
      tools.refusals.note(session, { reversePath, recipient }, answer);
    },
    closed(session) {
      metrics.openSessions.add(-1);
      tools.refusals.ended(session);
    },
    failed: (session, error) => log.error({ session: session.id, err: error }, 'a command failed'),
  };
}
