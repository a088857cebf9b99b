// The answering side of administration: the asker is held to its role, what changes something is written down, and an
// error is a complaint instead of a silence. The scope is held in libs/store.
import type { Bus } from '../bus.ts';
import type { Asker, Audited, Role } from './access.ts';
import type { AdminError } from './problem.ts';
import { type AdminQuestion, type AdminReply, refused } from './question.ts';

/** Where changes are written down: begun before, ended after, so that what was cut off shows as such. */
export interface AuditLog {
  begin(entry: AuditEntry): Promise<{ end(outcome: string): Promise<void> }>;
}

export interface AuditEntry extends Omit<Asker, 'scope' | 'login' | 'account'> {
  /** The question: `account.create`. */
  action: string;
  object: string;
  details: Readonly<Record<string, unknown>>;
}

export interface AnswerTools {
  readonly bus: Bus;
  readonly audit: AuditLog;
  /** Whether the asker may now what it says: a session or a token may be older than the rights of who has it. */
  readonly isStanding: (asker: Asker) => Promise<boolean>;
}

/**
 * Answers, to those who may ask; an unexpected error is logged and becomes a complaint instead of a silence. What
 * changes something is written down in `audit`.
 */
export function answerAdmin<Request, Result, Input>(
  { bus, audit, isStanding }: AnswerTools,
  question: AdminQuestion<Request, Result, Input>,
  handler: (request: Request, asker: Asker) => Promise<AdminReply<Result>>,
): { stop(): Promise<void> } {
  const { roles: allowed, audit: audited } = question.access;
  return bus.answer(
    question,
    async ({ request, ...asker }): Promise<AdminReply<Result>> => {
      const isWhole = asker.role === 'admin' || asker.role === 'auditor';
      if (!allowed.includes(asker.role) || isWhole !== (asker.scope === 'all')) return forbidden(asker.role);
      try {
        const unstorable = unstorableField(request);
        if (unstorable !== null) return notStorable(unstorable);
        if (!(await isStanding(asker))) return outdated();
        const object = audited?.object(request, asker) ?? null;
        if (audited === undefined || object === null) return await handler(request, asker);
        const details = kept(request, audited);
        const { author, role, clientAddress } = asker;
        const entry = await audit.begin({
          author,
          role,
          clientAddress,
          action: question.name.replace(/^admin\./, ''),
          object: object.slice(0, 500),
          details,
        });
        const reply = await handler(request, asker);
        await entry.end(reply.ok ? 'done' : reply.error.code);
        return reply;
      } catch (error) {
        bus.log.error(
          { err: error, question: question.name, author: asker.author },
          'an admin question failed',
        );
        return refused(
          'internal',
          '',
          `внутренняя ошибка процесса ${question.queueGroup}: подробности в его журнале, повторите позже`,
          `internal error of the process ${question.queueGroup}: its log has the details; try again later`,
        );
      }
    },
    { concurrency: 32, tooLarge: () => tooLarge(question.name) },
  );
}

/** Instead of a silence until the asker's time-out. */
function tooLarge(name: string): { ok: false; error: AdminError } {
  return refused(
    'tooLarge',
    '',
    `ответ на ${name} не помещается в одно сообщение: сузьте запрос`,
    `the answer to ${name} does not fit into one message: ask for less`,
  );
}

function forbidden(role: Role): { ok: false; error: AdminError } {
  return refused(
    'forbidden',
    '',
    `для роли «${role}» это недоступно: попросите администратора сервера`,
    `the role ${role} may not do this: ask an administrator of the server`,
  );
}

/** The first text with characters that the store cannot keep (U+0000, half a surrogate pair); null when there is none. */
export function unstorableField(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, one] of Object.entries(value)) {
    // A password is hashed, and its own rules say what it may have.
    if (name === 'password' || name === 'current') continue;
    const within = path === '' ? name : `${path}.${name}`;
    const found = unstorableField(name) === null ? unstorableField(one, within) : path;
    if (found !== null) return found;
  }
  return null;
}

function notStorable(field: string): { ok: false; error: AdminError } {
  return refused(
    'invalid',
    field,
    `${field}: в тексте есть символ, который нельзя хранить (U+0000 или половина суррогатной пары): уберите его`,
    `${field}: the text has a character that cannot be stored (U+0000 or half of a surrogate pair): remove it`,
  );
}

function outdated(): { ok: false; error: AdminError } {
  return refused(
    'forbidden',
    '',
    'ваши права изменились: войдите снова',
    'your rights have changed: log in again',
  );
}

function kept<Request>(request: Request, { keeps }: Audited<Request>): Record<string, unknown> {
  const fields = Object.entries(request as Record<string, unknown>);
  return Object.fromEntries(fields.filter(([field]) => keeps.includes(field)));
}
