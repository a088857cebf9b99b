// Checking a password for the console: the limits on guessing, which count over all processes and protocols, the check,
// the event. Whether a name exists shows neither in the answer nor in its time.
import { type AuthFailed, authFailed, refused } from '@pochtar/bus';
import { defaultDocument, readStored } from '@pochtar/settings';
import { LoginGuard } from '@pochtar/service';
import type { PasswordVerifier, Principal, PrincipalNames } from '@pochtar/store/directory';
import { readSections } from '@pochtar/store/settings';
import type { Context, Refusal } from './context.ts';

export type ConsoleLogin =
  | { kind: 'ok'; principal: Principal }
  /** `known`: whose name was given, for the audit log. */
  | { kind: 'wrong'; known: Principal | null }
  | { kind: 'tooMany'; retryAfterSeconds: number };

/** Too many wait for their turn at the hashes, which are quick. */
const BUSY_SECONDS = 3;

export async function checkConsoleLogin(
  context: Context,
  passwords: PasswordVerifier,
  names: PrincipalNames,
  password: string,
  clientAddress: string,
): Promise<ConsoleLogin> {
  const { bus } = context;
  const guard = await loginGuard(context);
  // A name that nobody has is counted as well, or the counting would tell who exists.
  const account = names.key ?? `administrator ${names.login}`;
  const attempt = { clientAddress, isShared: false, account };
  const closed = async (): Promise<ConsoleLogin> => ({
    kind: 'tooMany',
    retryAfterSeconds: await guard.secondsUntilOpen(attempt),
  });
  if ((await guard.gate(attempt)) !== 'open') return closed();
  const result = await passwords.verifyPrincipal(names, password);
  if (!result.ok && result.isTransient) return { kind: 'tooMany', retryAfterSeconds: BUSY_SECONDS };
  if (result.ok) {
    // Many guesses sent at once all passed the gate; those that failed before this one closed it.
    if ((await guard.gate(attempt)) !== 'open') return closed();
    await guard.succeeded(attempt);
    return { kind: 'ok', principal: result.principal };
  }
  await guard.failed(attempt);
  // What is no name of ours may be a password in the wrong field: it is told to nobody.
  const login = result.known?.login.slice(0, 400) ?? '';
  context.log.info({ login }, 'log-in to the console refused');
  const failed: AuthFailed = { at: new Date().toISOString(), protocol: 'console', clientAddress, login };
  bus.emit(authFailed, failed);
  return { kind: 'wrong', known: result.known };
}

/** By the limits as they are stored now: this process is the one that stores them. */
async function loginGuard({ db }: Context): Promise<LoginGuard> {
  const [row] = await readSections(db, ['limits']);
  const stored = readStored('limits', row?.document ?? {});
  const limits = stored.ok ? stored.value : defaultDocument('limits');
  return new LoginGuard(db, { current: () => limits });
}

export function refusedLogin(login: Exclude<ConsoleLogin, { kind: 'ok' }>, field: string): Refusal {
  if (login.kind === 'wrong') {
    return refused(
      'wrongLogin',
      field,
      'имя или пароль не подходит: проверьте раскладку и регистр',
      'wrong login or password: check the keyboard layout and Caps Lock',
    );
  }
  const { retryAfterSeconds } = login;
  const { error } = refused(
    'tooMany',
    field,
    `слишком много попыток входа: повторите через ${retryAfterSeconds} с`,
    `too many attempts to log in: try again in ${retryAfterSeconds} s`,
  );
  return { ok: false, error: { ...error, retryAfterSeconds } };
}
