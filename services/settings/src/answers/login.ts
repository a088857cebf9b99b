// admin.login.*: check, identity, ownPassword; and admin.account.own.
import {
  adminLogin,
  adminOwn,
  answerAdmin,
  type Asker,
  done,
  type PrincipalInfo,
  refused,
} from '@pochtar/bus';
import {
  findAccount,
  findPrincipal,
  loginKey,
  namesLeadingTo,
  noteLogin,
  type PasswordVerifier,
  passwordVerifier,
  type Principal,
  setOwnPassword,
} from '@pochtar/store/directory';
import { notFound } from '../addresses.ts';
import { checkConsoleLogin, type ConsoleLogin, refusedLogin } from '../console-log-in.ts';
import type { Context, Refusal } from '../context.ts';
import { keepScramKeys, readPassword } from '../passwords.ts';

export function answerLogins(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  const passwords = passwordVerifier(db);
  return [
    answerAdmin(context, adminLogin.check, async ({ login, password, clientAddress }, asker) => {
      const name = login.trim();
      const names = { login: name, key: name.includes('@') ? loginKey(name, null) : null };
      const outcome = await checkConsoleLogin(context, passwords, names, password, clientAddress);
      await writeDown(context, asker, clientAddress, outcome);
      if (outcome.kind !== 'ok') return refusedLogin(outcome, 'login');
      const { principal } = outcome;
      if (principal.kind === 'administrator') await noteLogin(db, principal.login, clientAddress);
      return done({ principal: infoOf(principal) });
    }),
    answerAdmin(context, adminLogin.identity, async ({ login, kind }) => {
      const principal = await findPrincipal(db, kind, login);
      return principal === null ? notFound('login', login) : done({ principal: infoOf(principal) });
    }),
    answerAdmin(context, adminLogin.ownPassword, (request, asker) => {
      return changeOwnPassword(context, passwords, asker, request);
    }),
    answerAdmin(context, adminOwn.account, async (_, asker) => ownAccount(context, asker)),
  ];
}

function infoOf(principal: Principal): PrincipalInfo {
  const { scope } = principal;
  return { ...principal, scope: scope === 'all' ? 'all' : [...scope] };
}

/**
 * Log-ins stand in the audit log with the name that was given, if there is one: any other may be a password in the wrong
 * field. What the limits refused is left out, or guessing would fill the log.
 */
async function writeDown(
  { audit }: Context,
  asker: Asker,
  clientAddress: string,
  outcome: ConsoleLogin,
): Promise<void> {
  if (outcome.kind === 'tooMany') return;
  const known = outcome.kind === 'ok' ? outcome.principal : outcome.known;
  const entry = await audit.begin({
    // A failed one is nobody's doing that is known.
    author: outcome.kind === 'ok' ? `${asker.author}:${outcome.principal.login}`.slice(0, 200) : asker.author,
    role: known?.role ?? 'user',
    clientAddress,
    action: 'login.check',
    object: known?.login ?? '',
    details: {},
  });
  await entry.end(outcome.kind === 'ok' ? 'done' : 'wrongLogin');
}

/** Who asks, as the directory names it; null for a program. */
function own({ role, login, account }: Asker): Pick<Principal, 'kind' | 'login'> | null {
  if (role === 'user') return account === undefined ? null : { kind: 'account', login: account };
  return login === undefined ? null : { kind: 'administrator', login };
}

async function changeOwnPassword(
  context: Context,
  passwords: PasswordVerifier,
  asker: Asker,
  request: { current: string; password: string },
) {
  const who = own(asker);
  if (who === null) return nobody();
  const isAccount = who.kind === 'account';
  const names = { login: isAccount ? null : who.login, key: isAccount ? who.login : null };
  const client = asker.clientAddress ?? 'unknown';
  const outcome = await checkConsoleLogin(context, passwords, names, request.current, client);
  // Not as a log-in: who asks is logged in, and stays so.
  if (outcome.kind === 'wrong') return wrongPassword();
  if (outcome.kind !== 'ok') return refusedLogin(outcome, 'current');
  const hashed = await readPassword(request.password);
  if (!hashed.ok) return hashed;
  const isSet = await setOwnPassword(context.db, who, hashed.hash);
  const principal = isSet ? await findPrincipal(context.db, who.kind, who.login) : null;
  if (principal === null) return notFound('login', who.login);
  if (isAccount) await keepScramKeys(context, who.login, hashed);
  if (isAccount) context.announce.directory([who.login]);
  else context.announce.administrators([who.login]);
  return done({ principal: infoOf(principal) });
}

async function ownAccount({ db }: Context, asker: Asker) {
  const who = own(asker);
  if (who?.kind !== 'account') return nobody();
  const account = await findAccount(db, 'all', who.login);
  if (account === null || !account.isEnabled) return notFound('account', who.login);
  const { address, displayName, quotaBytes, usedBytes } = account;
  const aliases = await namesLeadingTo(db, 'all', 'alias', address);
  return done({ address, displayName, quotaBytes, usedBytes, aliases });
}

function wrongPassword(): Refusal {
  return refused(
    'wrongPassword',
    'current',
    'нынешний пароль не подходит: проверьте раскладку и регистр',
    'this is not the current password: check the keyboard layout and Caps Lock',
  );
}

function nobody(): Refusal {
  return refused(
    'forbidden',
    '',
    'спрашивает программа, а не человек: войдите под своим именем',
    'a program asks, and no person: log in under your name',
  );
}
