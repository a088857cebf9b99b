// Tries the relay of a draft: the same way as a mail goes, up to a MAIL that is taken back (dialogue.ts).
//
// The stored password goes to the host it is stored for and nowhere else: whoever may try settings could otherwise have
// it sent to a host of his own. The row is read before and after the secret, because both may change meanwhile.
import { type RunTest, type TestRun, testResult, type TestVerdict } from '@pochtar/bus';
import {
  parseSection,
  readStored,
  type RelaySettings,
  serverDomain,
  type Settings,
  text,
} from '@pochtar/settings';
import { readSections } from '@pochtar/store/settings';
import type { Tools } from '../tools.ts';
import { tryServer } from './dialogue.ts';

const { bad, unknown } = testResult;

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
    const connector = {
      ...{ resolver, remotePort, remoteNetworks, log, metrics },
      settings: { current: () => general },
      relayPassword: () => Promise.resolve(secret),
      routePassword: () => Promise.resolve(null),
      signal: run.signal,
    };
    return tryServer(connector, run.say, {
      target: { kind: 'relay', relay },
      sender: senderOf(relay, serverDomain(general)),
      hasLogIn: relay.authEnabled,
      remedies: REMEDIES,
      otherSender: OTHER_SENDER,
    });
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

/** Whose mail is tried: the sender that the relay demands, or the account, or the server itself. */
function senderOf({ rewriteSender, senderAddress, username }: RelaySettings, domain: string): string {
  if (rewriteSender && senderAddress !== '') return senderAddress;
  return /^[^\s<>@]+@[^\s<>@]+$/.test(username) ? username : `postmaster@${domain}`;
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

const OTHER_SENDER = text(
  'если сервер пускает только письма от адреса учётной записи, включите «Подменять адрес отправителя»',
  'where the server only takes mail from the address of the account, turn on “Replace the sender’s address”',
);

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
