// Checking a name and a password, however they came and whatever the protocol: the limits on guessing, the check, the
// event, the pause. What the client is told is the protocol's; failures of every kind must look alike there.
import { setTimeout as wait } from 'node:timers/promises';
import { type AuthFailed, authFailed, type Bus } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import { type LoggedIn, loginKey, type PasswordVerifier } from '@pochtar/store/directory';
import type { Attempt, LoginGuard } from './login-guard.ts';
import type { CurrentSettings } from './open-service.ts';

export interface Credentials {
  /** RFC 4616 §2: whom to act as; '' is the name itself. */
  authorizationName: string;
  name: string;
  password: string;
}

const GUARDED = { ok: false, isTransient: false, reason: 'guarded' } as const;

export interface LoginRules {
  protocol: AuthFailed['protocol'];
  /** Failures before the session is to be ended. */
  maxFailures: number;
  /** Times the failures of the session: guessing is slow whatever the server's speed. */
  pauseMs: number;
}

export interface LoginTools {
  passwords: Pick<PasswordVerifier, 'verifyPassword'>;
  guard: Pick<LoginGuard, 'gate' | 'failed' | 'succeeded'>;
  settings: CurrentSettings<'general'>;
  bus: Pick<Bus, 'emit'>;
}

export interface LoginClient {
  readonly clientAddress: string;
  readonly log: Logger;
  /** Of this session; counted here. */
  failedLogins: number;
  /** Many users share the address, which limits them itself: it is not banned for one of them. */
  readonly isShared?: boolean;
}

export type LoginOutcome =
  | { kind: 'ok'; account: LoggedIn }
  /** Too many failures from this address. */
  | { kind: 'banned' }
  /** Too many log-ins wait for their turn. */
  | { kind: 'busy' }
  | { kind: 'refused'; isLast: boolean };

export async function checkLogin(
  { passwords, guard, settings, bus }: LoginTools,
  rules: LoginRules,
  client: LoginClient,
  { authorizationName, name, password }: Credentials,
): Promise<LoginOutcome> {
  const { clientAddress } = client;
  const { defaultDomain } = settings.current('general');
  const key = loginKey(name, defaultDomain);
  const attempt = { clientAddress, isShared: client.isShared ?? false, account: key };
  const gate = await guard.gate(attempt);
  if (gate === 'client banned') return { kind: 'banned' };
  // An account that is being guessed at: strangers hear what a wrong password gets, whatever theirs is.
  const result = gate === 'account guarded' ? GUARDED : await passwords.verifyPassword(key, password);
  if (!result.ok && result.isTransient) return { kind: 'busy' };
  // RFC 4616 §2: to act as somebody else needs a right that nobody has here.
  const isOther = authorizationName !== '' && loginKey(authorizationName, defaultDomain) !== key;
  if (result.ok && !isOther) {
    await guard.succeeded(attempt);
    return { kind: 'ok', account: result.account };
  }
  const reason = result.ok ? 'other' : result.reason;
  return refuseLogin({ guard, bus }, rules, client, attempt, reason);
}

/** Counts and tells a failure, and takes its time: whatever the proof was, and whatever was wrong with it. */
export async function refuseLogin(
  { guard, bus }: Pick<LoginTools, 'guard' | 'bus'>,
  rules: LoginRules,
  client: LoginClient,
  attempt: Attempt,
  reason: string,
): Promise<LoginOutcome> {
  const { clientAddress, log } = client;
  client.failedLogins++;
  await guard.failed(attempt);
  // What is no name of ours may be a password in the wrong field: it is told to nobody.
  const login = reason === 'unknown' ? '' : (attempt.account ?? '').slice(0, 400);
  log.info({ login, reason }, 'log-in refused');
  bus.emit(authFailed, {
    at: new Date().toISOString(),
    protocol: rules.protocol,
    clientAddress: clientAddress.slice(0, 64),
    login,
  });
  await wait(rules.pauseMs * client.failedLogins, undefined, { ref: false });
  return { kind: 'refused', isLast: client.failedLogins >= rules.maxFailures };
}
