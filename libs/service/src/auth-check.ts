// auth.check: whether a password of an account is right, for programs that may see no hash.
import { authCheck, type AuthCheckReply, type Bus } from '@pochtar/bus';
import { domainOfKey } from '@pochtar/mail';
import type { Logger } from '@pochtar/runtime';
import { defaultDocument, readStored, type Settings } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { passwordVerifier } from '@pochtar/store/directory';
import { readSections } from '@pochtar/store/settings';
import { checkLogin } from './log-in.ts';
import { LoginGuard } from './login-guard.ts';
import type { CurrentSettings } from './open-service.ts';

export interface CheckingTools {
  db: Queryable;
  bus: Bus;
  log: Logger;
}

/** Answers from now on; the process that stores the settings does. */
export function answerAuthChecks({ db, bus, log }: CheckingTools): { stop(): Promise<void> } {
  const passwords = passwordVerifier(db);
  return bus.answer(authCheck, async (request): Promise<AuthCheckReply> => {
    const { protocol, clientAddress, isShared, ...credentials } = request;
    const settings = await storedSettings(db);
    const tools = { passwords, guard: new LoginGuard(db, settings), settings, bus };
    // Whoever asks counts the failures of its session, and makes it wait.
    const rules = { protocol, maxFailures: Number.POSITIVE_INFINITY, pauseMs: 0 };
    const client = { clientAddress, isShared, log: log.child({ client: clientAddress }), failedLogins: 0 };
    const outcome = await checkLogin(tools, rules, client, credentials);
    if (outcome.kind !== 'ok') return { outcome: outcome.kind };
    const { address, epoch } = outcome.account;
    return {
      outcome: 'ok',
      account: { address, domain: domainOfKey(address), epoch },
    };
  });
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
