// What went wrong with a request, as the API tells it (RFC 9457) or as the network does.
import type { Text } from '@pochtar/settings/forms';

export interface FieldProblem {
  pointer: string;
  section?: string;
  field: string;
  code: string;
  message: Text;
  /** What forms call the field, with its section. */
  label?: Text;
  /** In a file that was handed in, counted from 1. */
  line?: number;
  related?: { section: string; field: string }[];
}

interface ProblemParts {
  status: number;
  code: string;
  messages: Text;
  requestId?: string;
  errors?: FieldProblem[];
  retryAfter?: number;
  current?: unknown;
}

const prefix = 'urn:pochtar:problem:';

export class ApiProblem extends Error {
  override name = 'ApiProblem';
  /** 0: nobody answered. */
  readonly status: number;
  /** The end of `type`, such as `portClash`; `network` and `timeout` are ours. */
  readonly code: string;
  readonly messages: Text;
  readonly requestId: string | undefined;
  readonly errors: readonly FieldProblem[];
  /** Seconds. */
  readonly retryAfter: number | undefined;
  /** What is stored now, when the change was made from something older. */
  readonly current: unknown;

  constructor(parts: ProblemParts) {
    super(parts.messages.en);
    this.status = parts.status;
    this.code = parts.code;
    this.messages = parts.messages;
    this.requestId = parts.requestId;
    this.errors = parts.errors ?? [];
    this.retryAfter = parts.retryAfter;
    this.current = parts.current;
  }
}

/** Nobody answered. */
export function unanswered(error: unknown): ApiProblem {
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  return isLate
    ? new ApiProblem({
        status: 0,
        code: 'timeout',
        messages: { ru: 'сервер не ответил вовремя', en: 'the server did not answer in time' },
      })
    : new ApiProblem({
        status: 0,
        code: 'network',
        messages: { ru: 'нет связи с сервером', en: 'there is no connection to the server' },
      });
}

export async function readProblem(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const { type, title, detail, messages, requestId, errors, retryAfter, current } = Object(body) as Record<
    string,
    unknown
  >;
  const words = typeof detail === 'string' ? detail : typeof title === 'string' ? title : response.statusText;
  return new ApiProblem({
    status: response.status,
    code: typeof type === 'string' && type.startsWith(prefix) ? type.slice(prefix.length) : 'unknown',
    messages: isText(messages) ? messages : { ru: words, en: words },
    ...(typeof requestId === 'string' && { requestId }),
    ...(Array.isArray(errors) && { errors: errors as FieldProblem[] }),
    ...(typeof retryAfter === 'number' && { retryAfter }),
    ...(current !== undefined && { current }),
  });
}

function isText(value: unknown): value is Text {
  const { ru, en } = Object(value) as Partial<Text>;
  return typeof ru === 'string' && typeof en === 'string';
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new ApiProblem({ status: 0, code: 'failed', messages: { ru: words, en: words } });
}
