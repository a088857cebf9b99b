// admin.token.*: list, create, delete, check; and admin.audit.list. An administrator of domains sees his own alone.
import {
  adminAudit,
  adminToken,
  answerAdmin,
  type Asker,
  type AuditEntryInfo,
  done,
  fitting,
  pageAfter,
  refused,
  type TokenInfo,
} from '@pochtar/bus';
import { findAudit, type StoredAuditEntry } from '@pochtar/store/audit';
import {
  type AdministratorRole,
  checkToken,
  createToken,
  deleteToken,
  findAdministrator,
  listTokens,
  MAX_TOKENS,
  type Token,
} from '@pochtar/store/directory';
import { noDomain, notFound } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';
import { readRights } from '../rights.ts';
import type { TokenUses } from '../token-uses.ts';

const MAX_DAYS = 731;
const DAY_MS = 86_400_000;

export function answerTokens(context: Context, uses: TokenUses): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminToken.list, async ({ after }, asker) => {
      const all = (await listTokens(db, makerInSight(asker))).map(infoOf);
      const { rows, next } = pageAfter(all, ({ id }) => String(id), after);
      return done({ tokens: rows, next });
    }),
    answerAdmin(context, adminToken.create, (request, asker) => create(context, asker, request)),
    answerAdmin(context, adminToken.delete, async ({ id }, asker) => {
      return (await deleteToken(db, makerInSight(asker), id)) ? done({}) : notFound('id', String(id));
    }),
    answerAdmin(context, adminToken.check, async ({ token: value, clientAddress }) => {
      const found = await checkToken(db, value);
      if (found === null) return wrongToken();
      const { id, name, principal } = found;
      uses.note({ id, at: new Date(), address: clientAddress });
      const scope = principal.scope === 'all' ? 'all' : [...principal.scope];
      return done({ principal: { ...principal, scope }, token: { id, name } });
    }),
  ];
}

/** Whose tokens the asker sees: null: all; an administrator of domains without a name sees those of nobody. */
function makerInSight({ role, login }: Asker): string | null {
  return role === 'domainAdmin' ? (login ?? '') : null;
}

function infoOf(token: Token): TokenInfo {
  const { createdAt, expiresAt, lastUsedAt, ...known } = token;
  return {
    ...known,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

interface CreateRequest {
  name: string;
  role: AdministratorRole;
  domains: string[] | null;
  expiresAt: string;
  maker?: string | undefined;
}

async function create(context: Context, asker: Asker, request: CreateRequest) {
  const { name, role } = request;
  const maker = asker.login ?? (asker.role === 'admin' ? request.maker : undefined);
  if (maker === undefined || (request.maker ?? maker) !== maker) return wrongMaker();
  const expiresAt = new Date(request.expiresAt);
  const days = (expiresAt.getTime() - Date.now()) / DAY_MS;
  if (days <= 0 || days > MAX_DAYS) return wrongEnd();
  const read = await readRights(context, role, request.domains);
  if (!read.ok) return read;
  const { rights } = read;
  const owner = await findAdministrator(context.db, 'all', maker);
  if (owner === null || !owner.isEnabled) return notFound('maker', maker);
  // The stored rights of the maker count, and not what the asker says of himself.
  if (owner.role !== 'admin' && owner.role !== role) return tooMuch();
  if (asker.role === 'domainAdmin' && role !== 'domainAdmin') return tooMuch();
  const outside = rights.domainIds?.some((id) => owner.domainIds?.includes(id) === false) ?? false;
  // What is outside of the scope does not exist.
  if (outside) return noDomain('domains', (request.domains ?? []).join(', ').slice(0, 300));
  const made = await createToken(context.db, { name, maker, ...rights, expiresAt });
  return made === null ? tooManyTokens() : done({ token: infoOf(made.token), value: made.value });
}

function wrongToken(): Refusal {
  return refused(
    'wrongToken',
    'token',
    'токен неизвестен, истёк, или его владелец потерял права: создайте новый',
    'the token is unknown, has expired, or its maker has lost the rights: make a new one',
  );
}

function wrongMaker(): Refusal {
  return refused(
    'wrongMaker',
    'maker',
    'maker: токен создаёт для себя администратор; в командной строке назовите его: --for ЛОГИН',
    'maker: an administrator makes a token for himself; on the command line name him: --for LOGIN',
  );
}

function wrongEnd(): Refusal {
  return refused(
    'outOfRange',
    'expiresAt',
    'expiresAt: срок токена должен кончаться в будущем, самое позднее через два года',
    'expiresAt: a token ends in the future, at the latest in two years',
  );
}

function tooMuch(): Refusal {
  return refused(
    'tooMuch',
    'role',
    'role: токен не может больше, чем его владелец: выберите его роль',
    'role: a token may no more than its maker: choose the role that he has',
  );
}

function tooManyTokens(): Refusal {
  return refused(
    'tooManyTokens',
    '',
    `токенов уже ${MAX_TOKENS}: удалите ненужные`,
    `there are ${MAX_TOKENS} tokens already: delete those that are not needed`,
  );
}

export function answerAudit(context: Context): { stop(): Promise<void> }[] {
  return [
    answerAdmin(context, adminAudit.list, async ({ since, until, ...filter }, asker) => {
      const isOwn = asker.role === 'domainAdmin';
      if (isOwn && filter.author !== undefined && filter.author !== asker.author) return nothing;
      const found = await findAudit(context.db, {
        ...filter,
        author: isOwn ? asker.author : filter.author,
        since: since === undefined ? undefined : new Date(since),
        until: until === undefined ? undefined : new Date(until),
      });
      const entries = fitting(found.entries.map(entryInfo));
      if (entries.length < found.entries.length) {
        return done({ entries, next: entries.at(-1)?.id ?? null, searchedSince: null });
      }
      return done({ entries, next: found.next, searchedSince: found.searchedSince?.toISOString() ?? null });
    }),
  ];
}

const nothing = done({ entries: [], next: null, searchedSince: null });

function entryInfo({ at, clientAddress, ...entry }: StoredAuditEntry): AuditEntryInfo {
  const details = shortDetails(entry.details);
  return { ...entry, details, at: at.toISOString(), clientAddress: clientAddress ?? null };
}

const MAX_ITEMS = 50;
const MAX_LETTERS = 500;

/** What a change named by the thousand is shown by its beginning; the log itself keeps all of it. */
function shortDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).map(([field, value]) => [field, shortValue(value)]));
}

function shortValue(value: unknown): unknown {
  if (typeof value === 'string')
    return value.length > MAX_LETTERS ? `${value.slice(0, MAX_LETTERS)}…` : value;
  if (!Array.isArray(value)) return value;
  const shown = value.slice(0, MAX_ITEMS).map(shortValue);
  return value.length > MAX_ITEMS ? [...shown, `… +${value.length - MAX_ITEMS}`] : shown;
}
