// auth.check and auth.scram: whether somebody knows the password of an account, for programs that may see neither hashes nor
// keys. Whoever asks counts the failures of its session, and makes it wait.
import {
  authCheck,
  type AuthCheckReply,
  authScram,
  type AuthScramReply,
  type AuthScramRequest,
  type Bus,
} from '@pochtar/bus';
import { domainOfKey } from '@pochtar/mail';
import type { Logger } from '@pochtar/runtime';
import { defaultDocument, readStored, type Settings } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { type LoggedIn, passwordVerifier } from '@pochtar/store/directory';
import { readSections } from '@pochtar/store/settings';
import { checkLogin, type LoginClient, type LoginRules } from './log-in.ts';
import { LoginGuard } from './login-guard.ts';
import type { CurrentSettings } from './open-service.ts';
import { bindingsOf } from './scram/channel-binding.ts';
import type { Scram } from './scram/follow-scram.ts';
import { ScramLogin } from './scram/scram-log-in.ts';

export interface CheckingTools {
  db: Queryable;
  bus: Bus;
  log: Logger;
  scram: Pick<Scram, 'keys' | 'learn'>;
}

type Asked = Pick<AuthScramRequest, 'protocol' | 'clientAddress' | 'isShared'>;

/** Answers from now on; the process that stores the settings does. */
export function answerAuthChecks(tools: CheckingTools): { stop(): Promise<void> } {
  const { db, bus, scram } = tools;
  const passwords = passwordVerifier(db, { learned: (...password) => scram.learn(...password) });
  const answers = [
    bus.answer(authCheck, async (request): Promise<AuthCheckReply> => {
      const { protocol, clientAddress, isShared, ...credentials } = request;
      const asked = { protocol, clientAddress, isShared };
      const checking = { passwords, ...(await toolsOf(tools)) };
      const outcome = await checkLogin(checking, rulesOf(asked), clientOf(tools, asked), credentials);
      return outcome.kind === 'ok'
        ? { outcome: 'ok', account: told(outcome.account) }
        : { outcome: outcome.kind };
    }),
    bus.answer(authScram, (request) => stepOf(tools, request)),
  ];
  return { stop: async () => void (await Promise.all(answers.map((answer) => answer.stop()))) };
}

/** The exchange is made again for the proof, with the same messages, so that no replica keeps anything of it. */
async function stepOf(tools: CheckingTools, request: AuthScramRequest): Promise<AuthScramReply> {
  const { mechanism, bindings, nonce, clientFirst, clientFinal, isOffered } = request;
  const scram = { keys: tools.scram.keys, isOffered };
  const proving = { scram, ...(await toolsOf(tools)) };
  const options = { mechanism, nonce, bindings: bindingsOf(bindings) };
  const login = new ScramLogin(proving, rulesOf(request), clientOf(tools, request), options);
  const begun = await login.begin(clientFirst);
  if (begun.kind === 'malformed') return { outcome: 'malformed', reason: begun.reason };
  if (begun.kind === 'over') return { outcome: begun.outcome.kind === 'banned' ? 'banned' : 'refused' };
  if (clientFinal === null) return { outcome: 'challenge', serverFirst: begun.text };
  const end = await login.finish(clientFinal);
  if (end.kind !== 'proved') return { outcome: 'refused' };
  return { outcome: 'ok', account: told(end.outcome.account), serverFinal: end.serverFinal };
}

function told({ address, epoch }: LoggedIn): { address: string; domain: string; epoch: number } {
  return { address, domain: domainOfKey(address), epoch };
}

async function toolsOf({ db, bus }: CheckingTools) {
  const settings = await storedSettings(db);
  return { guard: new LoginGuard(db, settings), settings, bus };
}

function rulesOf({ protocol }: Asked): LoginRules {
  return { protocol, maxFailures: Number.POSITIVE_INFINITY, pauseMs: 0 };
}

function clientOf({ log }: CheckingTools, { clientAddress, isShared }: Asked): LoginClient {
  return { clientAddress, isShared, log: log.child({ client: clientAddress }), failedLogins: 0 };
}

/** As they are stored now. */
async function storedSettings(db: Queryable): Promise<CurrentSettings<'limits' | 'general'>> {
  const rows = await readSections(db, ['limits', 'general']);
  const stored = <Name extends 'limits' | 'general'>(name: Name): Settings[Name] => {
    const read = readStored(name, rows.find((row) => row.name === name)?.document ?? {});
    return read.ok ? read.value : defaultDocument(name);
  };
  return { current: stored };
}
