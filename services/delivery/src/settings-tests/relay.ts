// Tries the relay of a draft: the same way as a mail goes (connect.ts, smtp-session.ts), line by line, up to a MAIL that
// is taken back. No mail is sent.
//
// The stored password goes to the host it is stored for and nowhere else: whoever may try settings could otherwise have
// it sent to a host of his own. The row is read before and after the secret, because both may change meanwhile.
import type { TLSSocket } from 'node:tls';
import { type RunTest, type TestRun, testResult, type TestVerdict } from '@pochtar/bus';
import { printableForeign } from '@pochtar/mail';
import {
  parseSection,
  readStored,
  type RelaySettings,
  serverDomain,
  type Settings,
  text,
} from '@pochtar/settings';
import { readSections } from '@pochtar/store/settings';
import { type ConnectObserver, type Connector, openSession } from '../remote/connect.ts';
import { SessionFailed, type SmtpSession } from '../remote/smtp-session.ts';
import type { Tools } from '../tools.ts';

const { good, bad, unknown } = testResult;
const FAREWELL_MS = 2000;
const MAX_LINE = 500;

type TestTools = Pick<
  Tools,
  'db' | 'resolver' | 'remotePort' | 'remoteNetworks' | 'relayPassword' | 'log' | 'metrics'
>;

export function relayTest(tools: TestTools): RunTest {
  return async (run) => {
    const relay = draftOf(run, 'relay');
    const general = draftOf(run, 'general');
    if (relay.host === '') return notUsed;
    const secret = await secretFor(tools, relay, run);
    if (typeof secret === 'object' && secret !== null) return secret;
    const { resolver, remotePort, remoteNetworks, log, metrics } = tools;
    const connector: Connector = {
      ...{ resolver, remotePort, remoteNetworks, log, metrics },
      settings: { current: () => general },
      relayPassword: () => Promise.resolve(secret),
      signal: run.signal,
      observer: observerOf(run, relay),
    };
    const opened = await openSession(connector, { kind: 'relay', relay });
    if (opened.kind !== 'session') return notOpened(opened.status, opened.diagnostic);
    return askForSender(opened.session, relay, senderOf(relay, serverDomain(general)));
  };
}

/** The settings process has validated it; another release may have. */
function draftOf<N extends 'relay' | 'general'>(run: TestRun, name: N): Settings[N] {
  const parsed = parseSection(name, run.settings[name] ?? {});
  if (!parsed.ok) throw new Error(`the draft of ${name} does not fit: ${parsed.errors[0]?.message.en}`);
  return parsed.value;
}

async function secretFor(
  tools: TestTools,
  relay: RelaySettings,
  run: TestRun,
): Promise<string | null | TestVerdict> {
  if (!relay.authEnabled || run.secret !== null) return run.secret;
  if (!run.useStoredSecret) return noPassword;
  const before = await storedRelay(tools);
  if (before === null || !isSameHost(before.relay, relay)) return mustBeTyped;
  const secret = await tools.relayPassword();
  const after = await storedRelay(tools);
  if (after?.revision !== before.revision) return mustBeTyped;
  return secret;
}

async function storedRelay({ db }: TestTools): Promise<{ relay: RelaySettings; revision: number } | null> {
  const [row] = await readSections(db, ['relay']);
  const stored = row === undefined ? undefined : readStored('relay', row.document);
  return row !== undefined && stored?.ok === true ? { relay: stored.value, revision: row.revision } : null;
}

/** And not with less encryption than there. */
function isSameHost(stored: RelaySettings, draft: RelaySettings): boolean {
  const key = ({ host }: RelaySettings): string => host.toLowerCase().replace(/\.$/, '');
  return key(stored) === key(draft) && (draft.smtps || !stored.smtps);
}

function observerOf({ say }: TestRun, { authEnabled }: RelaySettings): ConnectObserver {
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
    secured: (socket) => tellOfTls(say, socket, authEnabled),
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

/** Whose mail is tried: the sender that the relay demands, or the account, or the server itself. */
function senderOf({ rewriteSender, senderAddress, username }: RelaySettings, domain: string): string {
  if (rewriteSender && senderAddress !== '') return senderAddress;
  return /^[^\s<>@]+@[^\s<>@]+$/.test(username) ? username : `postmaster@${domain}`;
}

async function askForSender(
  session: SmtpSession,
  relay: RelaySettings,
  sender: string,
): Promise<TestVerdict> {
  try {
    const reply = await session.askForSender(sender);
    await session.farewell(FAREWELL_MS);
    if (reply.code >= 400) return senderRefused(sender, reply.text, reply.code < 500);
    return relay.authEnabled
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
    return notOpened('4.4.2', error.message);
  }
}

function senderRefused(sender: string, reply: string, isForNow: boolean): TestVerdict {
  const said = printableForeign(reply, MAX_LINE);
  return (isForNow ? unknown : bad)(
    `отправитель ${sender} не принят: ${said}`,
    `the sender ${sender} was not accepted: ${said}`,
    text(
      'если сервер пускает только письма от адреса учётной записи, включите «Подменять адрес отправителя»',
      'where the server only takes mail from the address of the account, turn on “Replace the sender’s address”',
    ),
  );
}

function notOpened(status: string, diagnostic: string): TestVerdict {
  const said = printableForeign(diagnostic, MAX_LINE);
  return bad(`связи нет: ${said}`, `no connection: ${said}`, REMEDIES[status] ?? REMEDIES['4.4.1']);
}

const REMEDIES: Record<string, TestVerdict['remedy']> = {
  '4.7.0': text('введите пароль', 'give the password'),
  '4.7.8': text('проверьте логин и пароль', 'check the login and the password'),
  '4.4.4': text('исправьте имя внешнего сервера', 'correct the name of the external server'),
  '4.4.3': text('проверьте имя внешнего сервера и DNS', 'check the name of the external server, and the DNS'),
  '4.4.1': text(
    'проверьте имя, порт и «Использовать SMTPS» (порту 465 он нужен, порту 587 нет), а также межсетевой экран',
    'check the name, the port and “Use SMTPS” (port 465 needs it, port 587 does not), and the firewall',
  ),
};

const notUsed = unknown(
  'внешний сервер не указан: почта уходит прямо серверам получателей',
  'no external server is given: mail goes straight to the servers of the recipients',
);
const noPassword = bad('пароль не передан: введите его', 'no password was given: type it');
const mustBeTyped = bad(
  'сохранённый пароль задан для другого сервера или другого шифрования и туда не посылается',
  'the stored password is for another server or another encryption, and is not sent there',
  text('введите пароль для этого сервера', 'type the password for this server'),
);
