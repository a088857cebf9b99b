// A dialogue with a server that our settings name, as a mail would have it, line by line, up to a MAIL that is taken back. No
// mail is sent.
import type { TLSSocket } from 'node:tls';
import { type TestRun, testResult, type TestVerdict } from '@pochtar/bus';
import { printableForeign } from '@pochtar/mail';
import { text } from '@pochtar/settings';
import { type Connector, type ConnectObserver, openSession } from '../remote/connect.ts';
import { SessionFailed, type SmtpSession } from '../remote/smtp-session.ts';
import type { Target } from '../remote/target.ts';

const { good, bad, unknown } = testResult;
const FAREWELL_MS = 2000;
const MAX_LINE = 500;

export interface Dialogue {
  target: Target;
  /** Whose mail is tried. */
  sender: string;
  hasLogIn: boolean;
  remedies: Record<string, TestVerdict['remedy']>;
  /** Where the sender is not taken. */
  otherSender: TestVerdict['remedy'];
}

/** Talks to the server, and tells of every line. */
export async function tryServer(
  connector: Omit<Connector, 'observer'>,
  say: TestRun['say'],
  dialogue: Dialogue,
): Promise<TestVerdict> {
  const observer = observerOf(say, dialogue.hasLogIn);
  const opened = await openSession({ ...connector, observer }, dialogue.target);
  if (opened.kind !== 'session') return notOpened(opened.status, opened.diagnostic, dialogue);
  return askForSender(opened.session, dialogue);
}

function observerOf(say: TestRun['say'], hasLogIn: boolean): ConnectObserver {
  return {
    connecting({ host, address }, port) {
      const where = host === address ? `${address}:${port}` : `${host} [${address}]:${port}`;
      say('connect', text(`соединение с ${where}`, `connecting to ${where}`));
    },
    failed(_place, error) {
      const reason = printableForeign(error.message, MAX_LINE);
      say('failed', text(`не вышло: ${reason}`, `it failed: ${reason}`), false);
    },
    line(side, lines) {
      const mark = side === 'client' ? 'C' : 'S';
      for (const line of lines.split('\n')) {
        const shown = `${mark}: ${printableForeign(line.trimEnd(), MAX_LINE)}`;
        say(side, text(shown, shown), side === 'server' && /^[45]\d\d/.test(line) ? false : undefined);
      }
    },
    secured: (socket) => tellOfTls(say, socket, hasLogIn),
  };
}

function tellOfTls(say: TestRun['say'], socket: TLSSocket, isPasswordSent: boolean): void {
  const version = `${socket.getProtocol() ?? 'TLS'}, ${socket.getCipher().name}`;
  say('tls', text(`шифрование: ${version}`, `encryption: ${version}`), true);
  const { subject, subjectaltname, issuer, valid_to: until } = socket.getPeerCertificate();
  const foreign = (words: string | readonly string[] | Error | undefined): string =>
    printableForeign(String(words ?? ''), 200);
  const names = foreign(subjectaltname ?? subject?.CN);
  const by = foreign(issuer?.O ?? issuer?.CN);
  say(
    'certificate',
    text(
      `сертификат: ${names}; выдал ${by}; до ${foreign(until)}`,
      `certificate: ${names}; issued by ${by}; until ${foreign(until)}`,
    ),
  );
  if (socket.authorized) {
    say(
      'certificate',
      text(
        'сертификат подходит к имени сервера и проверен',
        'the certificate names the server and is verified',
      ),
      true,
    );
    return;
  }
  const why = foreign(socket.authorizationError);
  // Where it is asked for, the handshake has failed already: here it is a server in one's own network, or no password.
  say(
    'certificate',
    text(
      `сертификат не проверен (${why}); ${isPasswordSent ? 'для сервера в своей сети' : 'без пароля'} это допустимо`,
      `the certificate is not verified (${why}); ${isPasswordSent ? 'for a server in your own network' : 'without a password'} that is allowed`,
    ),
  );
}

async function askForSender(session: SmtpSession, dialogue: Dialogue): Promise<TestVerdict> {
  const { sender, hasLogIn } = dialogue;
  try {
    const reply = await session.askForSender(sender);
    await session.farewell(FAREWELL_MS);
    if (reply.code >= 400) return senderRefused(dialogue, reply.text, reply.code < 500);
    return hasLogIn
      ? good(
          'вход принят, отправитель принят; письмо не отправлялось',
          'the log-in and the sender were accepted; no mail was sent',
        )
      : good(
          'сервер принимает почту без входа; письмо не отправлялось',
          'the server takes mail without a log-in; no mail was sent',
        );
  } catch (error) {
    if (!(error instanceof SessionFailed)) throw error;
    return notOpened('4.4.2', error.message, dialogue);
  }
}

function senderRefused({ sender, otherSender }: Dialogue, reply: string, isForNow: boolean): TestVerdict {
  const said = printableForeign(reply, MAX_LINE);
  return (isForNow ? unknown : bad)(
    `отправитель ${sender} не принят: ${said}`,
    `the sender ${sender} was not accepted: ${said}`,
    otherSender,
  );
}

function notOpened(status: string, diagnostic: string, { remedies }: Dialogue): TestVerdict {
  const said = printableForeign(diagnostic, MAX_LINE);
  return bad(`связи нет: ${said}`, `no connection: ${said}`, remedies[status] ?? remedies['4.4.1']);
}
