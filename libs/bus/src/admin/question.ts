// The envelope of administration: who asks, in which role and scope, and an answer that is a result or a complaint.
// Asked by the console and the command line; answered by the settings process and by delivery (answer.ts).
import { z } from 'zod';
import { NoRespondersError, RequestError } from '@nats-io/nats-core';
import { type Bus, BusAway } from '../bus.ts';
import type { Question } from '../subjects.ts';
import { type Access, type Asker, asker } from './access.ts';
import { type AdminError, adminError } from './problem.ts';

export type AdminRequest<Request> = Asker & { request: Request };
export type AdminReply<Result> = { ok: true; result: Result } | { ok: false; error: AdminError };

/** `Input` is what an asker gives, with defaulted fields left out; `Request` is what the answerer gets. */
export interface AdminQuestion<Request, Result, Input = Request>
  extends Question<AdminRequest<Request>, AdminReply<Result>> {
  /** The schema of the request alone, for forms and routes. */
  readonly body: z.ZodType<Request, Input>;
  readonly result: z.ZodType<Result>;
  readonly access: Access<Request>;
}

/** Defines `admin.<name>`, answered by the replicas of `program`. */
export function adminQuestion<Request, Input, Result>(
  program: 'settings' | 'delivery' | 'tasks',
  name: string,
  purpose: string,
  body: z.ZodType<Request, Input>,
  result: z.ZodType<Result>,
  access: Access<NoInfer<Request>>,
): AdminQuestion<Request, Result, Input> {
  const request = z.object({ ...asker, request: body });
  const reply = z.union([
    z.object({ ok: z.literal(true), result }),
    z.object({ ok: z.literal(false), error: adminError }),
  ]);
  return {
    name: `admin.${name}`,
    queueGroup: program,
    request,
    reply,
    purpose,
    body,
    result,
    access,
  };
}

export function done<Result>(result: Result): { ok: true; result: Result } {
  return { ok: true, result };
}

/** A complaint that names the field and the remedy in both languages. */
export function refused(
  code: string,
  field: string,
  ru: string,
  en: string,
): { ok: false; error: AdminError } {
  return { ok: false, error: { code, field, message: { ru, en } } };
}

const DEFAULT_TIMEOUT_MS = 15_000;

/** Asks; a request that does not fit its schema, and silence, are complaints too, so that callers have one path. */
export async function askAdmin<Request, Result, Input>(
  bus: Bus,
  question: AdminQuestion<Request, Result, Input>,
  who: Asker,
  request: NoInfer<Input>,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<AdminReply<Result>> {
  const body = question.body.safeParse(request);
  if (!body.success) {
    const [issue] = body.error.issues;
    const field = issue?.path.map(String).join('.') ?? '';
    const message = issue?.message ?? 'invalid';
    return refused('invalid', field, `${field}: значение не подходит (${message})`, `${field}: ${message}`);
  }
  const written = Buffer.byteLength(JSON.stringify({ ...who, request: body.data }));
  if (written > bus.maxPayload) return tooMuch(bus.maxPayload);
  try {
    return await bus.ask(question, { ...who, request: body.data }, timeoutMs);
  } catch (error) {
    bus.log.warn({ err: error, question: question.name }, 'a question was not answered');
    const { queueGroup } = question;
    const { error: silent } = refused(
      'unavailable',
      '',
      `процесс ${queueGroup} не отвечает: проверьте, что он запущен, и повторите`,
      `the process ${queueGroup} does not answer: see that it runs, and try again`,
    );
    return { ok: false, error: { ...silent, isUndone: isUnheard(error) } };
  }
}

/** Nobody got the question: there is no connection, or nobody who answers. */
function isUnheard(error: unknown): boolean {
  if (error instanceof BusAway || error instanceof NoRespondersError) return true;
  return error instanceof RequestError && error.isNoResponders();
}

function tooMuch(bytes: number): { ok: false; error: AdminError } {
  return refused(
    'tooLarge',
    '',
    `запрос больше ${bytes} байт и не помещается в одно сообщение: разделите его на части`,
    `the request is larger than ${bytes} bytes and does not fit into one message: divide it`,
  );
}
