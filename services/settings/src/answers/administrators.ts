// admin.administrator.*: list, create, update, password, delete. For administrators of all domains only.
import {
  adminAdministrator,
  type AdministratorInfo,
  answerAdmin,
  type Asker,
  done,
  refused,
} from '@pochtar/bus';
import {
  type Administrator,
  type AdministratorOutcome,
  createAdministrator,
  deleteAdministrator,
  domainIds,
  findAdministrator,
  listAdministrators,
  setAdministratorDomains,
  setAdministratorPassword,
} from '@pochtar/store/directory';
import { noDomain, notFound, readDomain } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';
import { readPassword } from '../passwords.ts';

export function answerAdministrators(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminAdministrator.list, async (_, asker) => {
      return done({ administrators: (await listAdministrators(db, asker.scope)).map(infoOf) });
    }),
    answerAdmin(context, adminAdministrator.create, async (request, asker) =>
      create(context, asker, request),
    ),
    answerAdmin(context, adminAdministrator.update, async ({ login, domains }, asker) => {
      const ids = await readDomains(context, domains);
      if (!ids.ok) return ids;
      const outcome = await setAdministratorDomains(db, asker.scope, login, ids.ids);
      return outcome === 'done' ? found(context, asker, login) : complaint(outcome, login);
    }),
    answerAdmin(context, adminAdministrator.setPassword, async ({ login, password }, asker) => {
      const hashed = await readPassword(password);
      if (!hashed.ok) return hashed;
      const isSet = await setAdministratorPassword(db, asker.scope, login, hashed.hash);
      return isSet ? done({}) : notFound('login', login);
    }),
    answerAdmin(context, adminAdministrator.delete, async ({ login }, asker) => {
      const outcome = await deleteAdministrator(db, asker.scope, login);
      return outcome === 'done' ? done({}) : complaint(outcome, login);
    }),
  ];
}

function infoOf({ login, domains, createdAt }: Administrator): AdministratorInfo {
  return { login, domains, createdAt: createdAt.toISOString() };
}

async function create(
  context: Context,
  asker: Asker,
  request: { login: string; password: string; domains: string[] | null },
) {
  const login = request.login.trim();
  if (!/^[\p{L}\p{N}][\p{L}\p{N}@._-]*$/u.test(login)) return wrongLogin(login);
  const ids = await readDomains(context, request.domains);
  if (!ids.ok) return ids;
  const hashed = await readPassword(request.password);
  if (!hashed.ok) return hashed;
  const administrator = { login, passwordHash: hashed.hash, domainIds: ids.ids };
  if (!(await createAdministrator(context.db, asker.scope, administrator))) {
    return refused(
      'exists',
      'login',
      `login: администратор ${login} уже есть: выберите другое имя`,
      `login: the administrator ${login} exists already: choose another name`,
    );
  }
  return found(context, asker, login);
}

function wrongLogin(login: string): Refusal {
  return refused(
    'wrongFormat',
    'login',
    `login: «${login.slice(0, 100)}» нельзя: укажите буквы, цифры и знаки @ . _ -`,
    `login: “${login.slice(0, 100)}” cannot be used: give letters, digits and @ . _ -`,
  );
}

async function found(context: Context, asker: Asker, login: string) {
  const administrator = await findAdministrator(context.db, asker.scope, login);
  return administrator === null ? notFound('login', login) : done({ administrator: infoOf(administrator) });
}

async function readDomains(
  context: Context,
  names: readonly string[] | null,
): Promise<{ ok: true; ids: number[] | null } | Refusal> {
  if (names === null) return { ok: true, ids: null };
  const keys: string[] = [];
  for (const [index, name] of names.entries()) {
    const read = readDomain(`domains.${index}`, name);
    if (!read.ok) return read;
    keys.push(read.key);
  }
  const known = await domainIds(context.db, keys);
  const unknown = keys.findIndex((key) => !known.has(key));
  if (unknown >= 0) return noDomain(`domains.${unknown}`, keys[unknown] as string);
  return { ok: true, ids: [...known.values()] };
}

function complaint(outcome: Exclude<AdministratorOutcome, 'done'>, login: string): Refusal {
  if (outcome === 'notFound') return notFound('login', login);
  return refused(
    'lastOne',
    'login',
    `${login} — последний администратор всех доменов: сначала создайте другого`,
    `${login} is the last administrator of all domains: create another one first`,
  );
}
