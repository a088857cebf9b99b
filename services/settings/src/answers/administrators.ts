// admin.administrator.*: list, create, update, password, delete. For administrators of all domains only.
import {
  adminAdministrator,
  type AdministratorInfo,
  answerAdmin,
  type Asker,
  done,
  pageAfter,
  refused,
} from '@pochtar/bus';
import {
  type Administrator,
  type AdministratorOutcome,
  type AdministratorRole,
  createAdministrator,
  deleteAdministrator,
  findAccount,
  findAdministrator,
  listAdministrators,
  loginKey,
  setAdministratorPassword,
  updateAdministrator,
} from '@pochtar/store/directory';
import { notFound } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';
import { readPassword } from '../passwords.ts';
import { readRights } from '../rights.ts';

export function answerAdministrators(context: Context): { stop(): Promise<void> }[] {
  const { db, announce } = context;
  return [
    answerAdmin(context, adminAdministrator.list, async ({ after }, asker) => {
      const all = (await listAdministrators(db, asker.scope)).map(infoOf);
      const { rows, next } = pageAfter(all, ({ login }) => login, after);
      return done({ administrators: rows, next });
    }),
    answerAdmin(context, adminAdministrator.create, async (request, asker) =>
      create(context, asker, request),
    ),
    answerAdmin(context, adminAdministrator.update, async (request, asker) =>
      update(context, asker, request),
    ),
    answerAdmin(context, adminAdministrator.setPassword, async ({ login, password }, asker) => {
      const hashed = await readPassword(password);
      if (!hashed.ok) return hashed;
      const isSet = await setAdministratorPassword(db, asker.scope, login, hashed.hash);
      if (isSet) announce.administrators([login]);
      return isSet ? done({}) : notFound('login', login);
    }),
    answerAdmin(context, adminAdministrator.delete, async ({ login }, asker) => {
      if (asker.login === login) return ownRights('login');
      const outcome = await deleteAdministrator(db, asker.scope, login);
      if (outcome === 'done') announce.administrators([login]);
      return outcome === 'done' ? done({}) : complaint(outcome, login);
    }),
  ];
}

function infoOf(administrator: Administrator): AdministratorInfo {
  const { login, role, domains, displayName, isEnabled, lastLoginAddress } = administrator;
  const lastLoginAt = administrator.lastLoginAt?.toISOString() ?? null;
  const createdAt = administrator.createdAt.toISOString();
  return { login, role, domains, displayName, isEnabled, lastLoginAt, lastLoginAddress, createdAt };
}

interface CreateRequest {
  login: string;
  password: string;
  role?: AdministratorRole | undefined;
  domains: string[] | null;
  displayName: string;
  isEnabled: boolean;
}

async function create(context: Context, asker: Asker, request: CreateRequest) {
  const login = request.login.trim();
  if (!/^[\p{L}\p{N}][\p{L}\p{N}@._-]*$/u.test(login)) return wrongLogin(login);
  const { displayName, isEnabled } = request;
  const role = request.role ?? (request.domains === null ? 'admin' : 'domainAdmin');
  const rights = await readRights(context, role, request.domains);
  if (!rights.ok) return rights;
  if (await isAccount(context, login)) return takenByAccount(login);
  const hashed = await readPassword(request.password);
  if (!hashed.ok) return hashed;
  const administrator = { login, passwordHash: hashed.hash, ...rights.rights, displayName, isEnabled };
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

/** Who logs in under such a name would be the administrator, and the account could not. */
async function isAccount({ db }: Context, login: string): Promise<boolean> {
  const key = login.includes('@') ? loginKey(login, null) : null;
  return key !== null && (await findAccount(db, 'all', key)) !== null;
}

function takenByAccount(login: string): Refusal {
  return refused(
    'exists',
    'login',
    `login: ${login} — ящик, который входит под этим именем: выберите имя без @`,
    `login: ${login} is an account that logs in under this name: choose one without @`,
  );
}

interface UpdateRequest {
  login: string;
  role?: AdministratorRole | undefined;
  domains?: string[] | null | undefined;
  displayName?: string | undefined;
  isEnabled?: boolean | undefined;
}

async function update(context: Context, asker: Asker, request: UpdateRequest) {
  const { login, displayName, isEnabled } = request;
  const before = await findAdministrator(context.db, asker.scope, login);
  if (before === null) return notFound('login', login);
  const role = request.role ?? before.role;
  if (asker.login === login && role !== before.role) return ownRights('role');
  if (asker.login === login && isEnabled === false) return ownRights('isEnabled');
  const changesRights = request.role !== undefined || request.domains !== undefined;
  const domains = request.domains === undefined && role === before.role ? before.domains : request.domains;
  const read = changesRights ? await readRights(context, role, domains ?? null) : null;
  if (read?.ok === false) return read;
  const change = { rights: read?.rights, displayName, isEnabled };
  const outcome = await updateAdministrator(context.db, asker.scope, login, change);
  if (outcome !== 'done') return complaint(outcome, login);
  context.announce.administrators([login]);
  return found(context, asker, login);
}

function ownRights(field: string): Refusal {
  return refused(
    'own',
    field,
    'свои права и свою учётную запись отнять у себя нельзя: попросите другого администратора',
    'you cannot take away your own rights or account: ask another admin',
  );
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

function complaint(outcome: Exclude<AdministratorOutcome, 'done'>, login: string): Refusal {
  if (outcome === 'notFound') return notFound('login', login);
  return refused(
    'lastOne',
    'login',
    `${login} — последний администратор (admin), который может войти: сначала создайте другого`,
    `${login} is the last admin that may log in: create another one first`,
  );
}
