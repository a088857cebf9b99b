// admin.rules.*: the Sieve scripts of accounts. A user has those of its own mailbox.
import { adminRules, answerAdmin, type Asker, done, refused, type RulesFault } from '@pochtar/bus';
import { CARRIED_OUT, Script, SieveError } from '@pochtar/sieve';
import { findAccount } from '@pochtar/store/directory';
import {
  activateScript,
  listScripts,
  MAX_SCRIPTS,
  readScript,
  removeScript,
  renameScript,
  saveScript,
} from '@pochtar/store/rules';
import { notFound, readAddress } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';

export function answerRules(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  const account = (asker: Asker, address: string) => accountOf(context, asker, address);
  return [
    answerAdmin(context, adminRules.list, async ({ address }, asker) => {
      const found = await account(asker, address);
      if (!found.ok) return found;
      const rows = await listScripts(db, found.id);
      return done({ rules: rows.map((row) => ({ ...row, updatedAt: row.updatedAt.toISOString() })) });
    }),
    answerAdmin(context, adminRules.show, async ({ address, name }, asker) => {
      const found = await account(asker, address);
      if (!found.ok) return found;
      const content = await readScript(db, found.id, name);
      return content === null ? notFound('name', name) : done({ content });
    }),
    answerAdmin(context, adminRules.check, async ({ content }) =>
      done({ fault: faultIn(content), extensions: [...CARRIED_OUT] }),
    ),
    answerAdmin(context, adminRules.save, async ({ address, name, content, isActive }, asker) => {
      const found = await account(asker, address);
      if (!found.ok) return found;
      const fault = faultIn(content);
      if (fault !== null) return wrongRules(fault);
      if ((await saveScript(db, found.id, { name, content })) === 'tooMany') return tooMany();
      if (isActive) await activateScript(db, found.id, name);
      return done({});
    }),
    answerAdmin(context, adminRules.activate, async ({ address, name }, asker) => {
      const found = await account(asker, address);
      if (!found.ok) return found;
      return (await activateScript(db, found.id, name)) ? done({}) : notFound('name', name ?? '');
    }),
    answerAdmin(context, adminRules.rename, async ({ address, name, to }, asker) => {
      const found = await account(asker, address);
      if (!found.ok) return found;
      const outcome = await renameScript(db, found.id, { from: name, to });
      if (outcome === 'missing') return notFound('name', name);
      return outcome === 'exists' ? taken(to) : done({});
    }),
    answerAdmin(context, adminRules.remove, async ({ address, name }, asker) => {
      const found = await account(asker, address);
      if (!found.ok) return found;
      const outcome = await removeScript(db, found.id, name);
      if (outcome === 'missing') return notFound('name', name);
      return outcome === 'active' ? stillActive(name) : done({});
    }),
  ];
}

async function accountOf(
  { db }: Context,
  { role, scope, account: own }: Asker,
  address: string,
): Promise<{ ok: true; id: number } | Refusal> {
  const read = readAddress('address', address);
  if (!read.ok) return read;
  if (role === 'user' && read.key !== own) return notFound('address', read.key);
  const account = await findAccount(db, role === 'user' ? 'all' : scope, read.key);
  return account === null ? notFound('address', read.key) : { ok: true, id: account.id };
}

function faultIn(content: string): RulesFault | null {
  try {
    void new Script(content, { extensions: CARRIED_OUT });
    return null;
  } catch (error) {
    if (!(error instanceof SieveError)) throw error;
    return { ...error.place, message: error.message };
  }
}

function wrongRules({ line, column, message }: RulesFault): Refusal {
  return refused(
    'wrongRules',
    'content',
    `content: строка ${line}, столбец ${column}: ${message}`,
    `content: line ${line}, column ${column}: ${message}`,
  );
}

function tooMany(): Refusal {
  return refused(
    'tooMany',
    'name',
    `name: правил уже ${MAX_SCRIPTS}: удалите ненужные`,
    `name: there are ${MAX_SCRIPTS} rules already: remove those that are not needed`,
  );
}

function taken(name: string): Refusal {
  return refused(
    'exists',
    'to',
    `to: правила «${name}» уже есть: выберите другое имя`,
    `to: there are rules “${name}” already: choose another name`,
  );
}

function stillActive(name: string): Refusal {
  return refused(
    'active',
    'name',
    `name: правила «${name}» действуют: сначала выключите их`,
    `name: the rules “${name}” are active: switch them off first`,
  );
}
