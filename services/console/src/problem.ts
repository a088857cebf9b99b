// RFC 9457: what went wrong, for programs and for people, in both languages.
import { randomUUID } from 'node:crypto';
import type { AdminError, AdminProblem } from '@pochtar/bus';

interface Words {
  ru: string;
  en: string;
}

export interface FieldProblem {
  /** RFC 6901, into the body of the request. */
  pointer: string;
  section?: string;
  field: string;
  code: string;
  message: Words;
  /** What forms call the field, with its section. */
  label?: Words;
  /** In a file that was handed in, counted from 1. */
  line?: number;
  related?: { section: string; field: string }[];
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  /** In the language that was asked for. */
  detail: string;
  messages: Words;
  /** Stands in the log of the process with the same value. */
  requestId: string;
  errors?: FieldProblem[];
  /** What else there is to know of a change that is refused. */
  cautions?: FieldProblem[];
  /** Seconds until it is worth trying again. */
  retryAfter?: number;
  /** What is current, where a change was made from something older. */
  current?: unknown;
}

export type ProblemMore = Pick<ProblemBody, 'errors' | 'cautions' | 'retryAfter' | 'current'>;

/** Whether what was asked for is certainly not done, or nobody knows; otherwise the complaint is the whole outcome. */
export type Certainty = 'undone' | 'unknown';

/** An answer that is a complaint; thrown by handlers, written by `app.ts`. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly messages: Words;
  readonly more: ProblemMore;
  certainty?: Certainty;

  constructor(status: number, code: string, messages: Words, more: ProblemMore = {}) {
    super(messages.en);
    this.status = status;
    this.code = code;
    this.messages = messages;
    this.more = more;
  }

  body(language: 'ru' | 'en', requestId: string = randomUUID()): ProblemBody {
    return {
      type: `urn:pochtar:problem:${this.code}`,
      title: this.code,
      status: this.status,
      detail: this.messages[language],
      messages: this.messages,
      requestId,
      ...this.more,
    };
  }
}

/** By the code of a complaint from the bus; what is not named is a broken rule: 422. */
const STATUS: Readonly<Record<string, number>> = {
  invalid: 400,
  wrongLogin: 401,
  forbidden: 403,
  notFound: 404,
  noDomain: 404,
  exists: 409,
  inUse: 409,
  wrongState: 409,
  lastOne: 409,
  conflict: 412,
  tooMany: 429,
  internal: 500,
  unavailable: 503,
};

/** A complaint of the answering process as an answer of the API. */
export function problemOf(error: AdminError): Problem {
  const { message, code, problems = [error], cautions, retryAfterSeconds, current } = error;
  const told = new Problem(STATUS[code] ?? 422, code, message, {
    errors: problems.map(fieldProblem),
    ...(cautions !== undefined && { cautions: cautions.map(fieldProblem) }),
    ...(retryAfterSeconds !== undefined && { retryAfter: retryAfterSeconds }),
    ...(current !== undefined && { current }),
  });
  if (error.isUndone === true || code === 'tooMany' || code === 'forbidden') told.certainty = 'undone';
  else if (code === 'unavailable' || code === 'internal') told.certainty = 'unknown';
  return told;
}

function fieldProblem({
  code,
  field: path,
  message,
  label,
  section,
  line,
  related,
}: AdminProblem): FieldProblem {
  const field =
    section !== undefined && path.startsWith(`${section}.`) ? path.slice(section.length + 1) : path;
  return {
    pointer: path === '' ? '' : `/${path.replaceAll('.', '/')}`,
    ...(section !== undefined && { section }),
    ...{ field, code, message },
    ...(label !== undefined && { label }),
    ...(line !== undefined && { line }),
    ...(related !== undefined && { related }),
  };
}

export function unauthorized(): Problem {
  return new Problem(401, 'unauthorized', {
    ru: 'сеанс закончился или его не было: войдите',
    en: 'there is no session, or it is over: log in',
  });
}

/** Also for what is outside the role or the scope: it does not exist. `fields` named it. */
export function notFound(fields: readonly string[] = []): Problem {
  const messages = { ru: 'такого здесь нет', en: 'there is no such thing here' };
  const errors = fields.map((field) => ({
    pointer: `/${field}`,
    field,
    code: 'notFound',
    message: messages,
  }));
  return new Problem(404, 'notFound', messages, errors.length === 0 ? {} : { errors });
}
