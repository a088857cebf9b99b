// Bodies as JSON: how deep and how much of it is looked at before anything is made of it, since a schema walks every
// level, and every value costs far more than its bytes.
import type { FastifyInstance } from 'fastify';
import { Problem } from '../problem.ts';

const MAX_DEPTH = 32;
/** Values in all: elements and members. */
const MAX_VALUES = 100_000;

/** Takes JSON and nothing else. A member `__proto__` is refused, or it would become somebody's prototype. */
export function takeBoundedJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const over = overLimit(body as string);
    if (over === null) return parse(request, body as string, done);
    done(
      new Problem(400, 'invalid', {
        ru: `тело запроса: ${over.ru}`,
        en: `the body of the request ${over.en}`,
      }),
    );
  });
}

/** The same of a text that is a part of a request. Throws a `Problem` that names it. */
export function readBoundedJson(text: string, part: string): unknown {
  const over = overLimit(text);
  if (over !== null)
    throw new Problem(400, 'invalid', { ru: `${part}: ${over.ru}`, en: `${part} ${over.en}` });
  try {
    return JSON.parse(text, withoutPrototypes) as unknown;
  } catch {
    throw new Problem(400, 'invalid', { ru: `${part}: это не JSON`, en: `${part} is not JSON` });
  }
}

function withoutPrototypes(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new SyntaxError('no object has such a member');
  return value;
}

function overLimit(text: string): { ru: string; en: string } | null {
  let depth = 0;
  let values = 0;
  // Strings as wholes, so that brackets in them do not count.
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{},]/gs)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else if (token === ',') values++;
    if (depth > MAX_DEPTH) {
      return { ru: `вложенность больше ${MAX_DEPTH}`, en: `is nested deeper than ${MAX_DEPTH}` };
    }
    if (values > MAX_VALUES) {
      return { ru: `больше ${MAX_VALUES} значений`, en: `has more than ${MAX_VALUES} values` };
    }
  }
  return null;
}
