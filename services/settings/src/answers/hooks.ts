// admin.hooks.*: list, add, change, rotate, remove, test, ledger, payload, redeliver. A program of its own sends
// (services/hooks); it is told that something changed.
import { randomBytes } from 'node:crypto';
import {
  adminHooks,
  type AdminReply,
  answerAdmin,
  done,
  fitting,
  HOOK_TRY_MS,
  type HookEventInfo,
  type HookInfo,
  hooksChanged,
  hookTry,
  refused,
} from '@pochtar/bus';
import {
  addHook,
  changeHook,
  EXPIRY_HOURS,
  findHook,
  type Hook,
  type HookFields,
  type HookKind,
  hookPayload,
  ledgerData,
  ledgerOf,
  type LedgerRow,
  listHooks,
  MAX_HOOKS,
  redeliver,
  removeHook,
  rotateHookSecret,
} from '@pochtar/store/hook';
import { notFound } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';
import { readDomainIds } from '../rights.ts';

export function answerHooks(context: Context): { stop(): Promise<void> }[] {
  const { db, bus } = context;
  const changed = (): void => bus.emit(hooksChanged, {});
  return [
    answerAdmin(context, adminHooks.list, async () => {
      return done({ hooks: fitting((await listHooks(db)).map(infoOf)) });
    }),
    answerAdmin(context, adminHooks.add, (request, { author }) => add(context, request, author)),
    answerAdmin(context, adminHooks.change, (request) => change(context, request)),
    answerAdmin(context, adminHooks.rotate, async ({ id, overlapHours }) => {
      const secret = newSecret();
      if ((await rotateHookSecret(db, context.key, id, { secret, overlapHours })) === null) return noHook(id);
      changed();
      return withSecret(context, id, secret);
    }),
    answerAdmin(context, adminHooks.remove, async ({ id }) => {
      if (!(await removeHook(db, id))) return noHook(id);
      changed();
      return done({});
    }),
    answerAdmin(context, adminHooks.test, async ({ id }) => {
      return (await findHook(db, id)) === null ? noHook(id) : test(context, id);
    }),
    answerAdmin(context, adminHooks.ledger, async ({ id, ...filter }) => {
      if ((await findHook(db, id)) === null) return noHook(id);
      const rows = await ledgerOf(db, id, filter);
      const events = fitting(rows.map(eventOf));
      const isWhole = rows.length < filter.limit && events.length === rows.length;
      return done({ events, next: isWhole ? null : (events.at(-1)?.id ?? null) });
    }),
    answerAdmin(context, adminHooks.payload, async ({ id, event }) => {
      const found = await ledgerData(db, id, event);
      return found === null ? notFound('event', event) : done({ payload: hookPayload(found) });
    }),
    answerAdmin(context, adminHooks.redeliver, async ({ id, events }) => {
      if ((await findHook(db, id)) === null) return noHook(id);
      const count = await redeliver(db, id, events ?? 'givenUp', EXPIRY_HOURS);
      changed();
      return done({ count });
    }),
  ];
}

interface WrittenHook {
  name: string;
  url: string;
  enabled: boolean;
  kinds: HookKind[];
  domains: string[] | null;
  withSubject: boolean;
}

async function add(
  context: Context,
  request: WrittenHook,
  author: string,
): Promise<AdminReply<{ hook: HookInfo; secret: string }>> {
  const read = await readFields(context, request);
  if ('ok' in read) return read;
  const secret = newSecret();
  const id = await addHook(context.db, context.key, { ...read, author, secret });
  if (id === null) {
    const isFull = (await listHooks(context.db)).length >= MAX_HOOKS;
    return isFull ? tooMany() : nameTaken(read.name);
  }
  context.bus.emit(hooksChanged, {});
  return withSecret(context, id, secret);
}

async function change(
  context: Context,
  request: WrittenHook & { id: number },
): Promise<AdminReply<{ hook: HookInfo }>> {
  const read = await readFields(context, request);
  if ('ok' in read) return read;
  const isChanged = await changeHook(context.db, request.id, read);
  const hook = await findHook(context.db, request.id);
  if (hook === null) return noHook(request.id);
  if (!isChanged) return nameTaken(read.name);
  context.bus.emit(hooksChanged, {});
  return done({ hook: infoOf(hook) });
}

async function readFields(context: Context, written: WrittenHook): Promise<HookFields | Refusal> {
  const url = readUrl(written.url);
  if (typeof url !== 'string') return url;
  const { name, enabled, kinds, withSubject } = written;
  const read =
    written.domains === null
      ? { ok: true as const, ids: null }
      : await readDomainIds(context, written.domains);
  if (!read.ok) return read;
  return { name, url, enabled, kinds: [...new Set(kinds)], domainIds: read.ids, withSubject };
}

/** As it is stored, or why it is none. Whether it may be connected to is seen when it is. */
function readUrl(written: string): string | Refusal {
  const url = URL.parse(written);
  const isWeb = url !== null && ['https:', 'http:'].includes(url.protocol);
  if (!isWeb || url.username !== '' || url.password !== '' || url.hash !== '') {
    const shown = written.slice(0, 100).replace(/\/\/[^/]*@/, '//…@');
    return refused(
      'wrongFormat',
      'url',
      `url: «${shown}» не подходит: укажите адрес вида https://программа.example.org/путь, без имени, пароля и #`,
      `url: “${shown}” will not do: give an address such as https://program.example.org/path, without a name, a password and #`,
    );
  }
  return url.href;
}

// Standard Webhooks: the prefix says what it is, 24 to 64 octets follow in base64.
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

async function withSecret(
  { db }: Context,
  id: number,
  secret: string,
): Promise<AdminReply<{ hook: HookInfo; secret: string }>> {
  const hook = await findHook(db, id);
  return hook === null ? noHook(id) : done({ hook: infoOf(hook), secret });
}

async function test({ bus, log }: Context, id: number) {
  try {
    const { answer } = await bus.ask(hookTry, { hook: id }, HOOK_TRY_MS);
    return answer === null ? noHook(id) : done({ answer });
  } catch (error) {
    log.warn({ err: error, hook: id }, 'a web hook could not be tried');
    return refused(
      'unavailable',
      '',
      'процесс hooks не отвечает: проверьте, что он запущен, и повторите',
      'the process hooks does not answer: see that it runs, and try again',
    );
  }
}

function infoOf(hook: Hook): HookInfo {
  const time = (at: Date | null): string | null => at?.toISOString() ?? null;
  const { id, name, url, enabled, kinds, domains, withSubject, author, failures, lastFault, waiting } = hook;
  return {
    ...{
      id,
      name,
      url,
      enabled,
      kinds: [...kinds],
      domains,
      withSubject,
      author,
      failures,
      lastFault,
      waiting,
    },
    ...{ createdAt: hook.createdAt.toISOString(), changedAt: hook.changedAt.toISOString() },
    previousUntil:
      hook.previousUntil !== null && hook.previousUntil > new Date() ? time(hook.previousUntil) : null,
    ...{ failingSince: time(hook.failingSince), nextAt: time(hook.nextAt), pausedAt: time(hook.pausedAt) },
    ...{
      lastSuccessAt: time(hook.lastSuccessAt),
      overflowedAt: time(hook.overflowedAt),
      oldestAt: time(hook.oldestAt),
    },
  };
}

function eventOf(row: LedgerRow): HookEventInfo {
  const { occurredAt, dueAt, expiresAt, lastAt, kind, ...rest } = row;
  return {
    ...rest,
    kind: kind as HookKind,
    occurredAt: occurredAt.toISOString(),
    dueAt: row.state === 'waiting' ? dueAt.toISOString() : null,
    expiresAt: expiresAt.toISOString(),
    lastAt: lastAt?.toISOString() ?? null,
  };
}

const noHook = (id: number): Refusal => notFound('id', String(id));

function nameTaken(name: string): Refusal {
  return refused(
    'exists',
    'name',
    `name: веб-хук «${name}» уже есть: выберите другое имя`,
    `name: there is a web hook “${name}” already: choose another name`,
  );
}

function tooMany(): Refusal {
  return refused(
    'tooMany',
    'name',
    `name: веб-хуков уже ${MAX_HOOKS}: удалите ненужные`,
    `name: there are ${MAX_HOOKS} web hooks already: remove some`,
  );
}
