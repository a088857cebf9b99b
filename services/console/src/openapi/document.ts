// The contract as an OpenAPI 3.1 document, for others who write programs against the API.
import { z } from 'zod';
import { API } from '../app.ts';
import { contract } from '../contract/index.ts';
import { type AnyRoute, makesSomething, uploadOf } from '../contract/route.ts';
import { examples } from './examples.ts';
import { PROBLEMS, problemsOf } from './problems.ts';

export type Json = Record<string, unknown>;

/** The document, made when it is first asked for: it is large, and seldom asked for. */
export function openApiOf(version: string): () => Json {
  let document: Json | undefined;
  return () => (document ??= openApi(version));
}

export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(contract)) {
    const [method, path] = name.split(' ') as [string, string];
    const at = `${API}${path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[at] = { ...paths[at], [method.toLowerCase()]: operation(name, route) };
  }
  const tags = new Set(Object.keys(contract).map(tagOf));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pochtar',
      version,
      summary: 'The API of the console of a mail server',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...tags].toSorted().map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'a token of the API: POST /tokens' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-pochtar',
          description: 'of whoever is logged in: POST /session; without TLS it is called `pochtar`',
        },
      },
      parameters: { IdempotencyKey: IDEMPOTENCY_KEY },
      ...PROBLEMS,
    },
    security: [{ token: [] }, { session: [] }],
  };
}

const DESCRIPTION = `JSON in and out; times are RFC 3339 in UTC. Whatever goes wrong is a problem document (RFC 9457) that
names the field and the remedy in Russian and English; \`type\` is for programs. Lists are pages: \`next\` of an answer is
\`after\` of the next question. What is outside of the role or the domains of who asks does not exist: 404. A changing request
with a cookie must come from a page of the same server; one with a token may come from anywhere.`;

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 202 },
  example: '8f5a2f0e-3a39-4c58-9f0a-3d8d5b7a3c11',
  description:
    'A new one for each thing that is to be made, such as a UUID. The same key with the same request within 24 hours is answered as the first was, with `Idempotency-Replayed: true`, and nothing is done twice; a token is shown again, since its value is kept sealed for who knows the key. With another request: 422. While the first is under way the second waits for it. 409 `outcomeUnknown`: the first was cut off, and nobody knows whether it was done. The newest 1,000 of an author are kept, 10 MiB together.',
};

function tagOf(name: string): string {
  return /^\w+ \/([\w.-]+)/.exec(name)?.[1]?.replace(/\.json$/, '') ?? '';
}

/** `getAccountsByAddress`. */
function operationId(name: string): string {
  const [method = '', ...parts] = name.split(/[ /]+/);
  const words = parts.map((part) => (part.startsWith(':') ? `by-${part.slice(1)}` : part));
  return [method.toLowerCase(), ...words.flatMap((word) => word.split(/[^A-Za-z]+/).map(capital))].join('');
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function operation(name: string, route: AnyRoute): Json {
  const answer = 'question' in route ? route.question.result : route.result;
  const status = 'question' in route ? route.status : 200;
  const file = 'question' in route ? route.file : undefined;
  const mediaType = ('question' in route ? file?.type : route.mediaType) ?? 'application/json';
  const { roles } = route;
  const example = examples[name as keyof typeof examples];
  return {
    operationId: operationId(name),
    tags: [tagOf(name)],
    summary: route.summary,
    description: `For: ${roles === 'everybody' ? 'everybody' : roles.join(', ')}. ${scopeWords(route)}`,
    'x-roles': roles === 'everybody' ? ['everybody'] : [...roles],
    'x-scope': scopeOf(route),
    ...(roles === 'everybody' && { security: [] }),
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...(makesSomething(route) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ],
    ...(route.body && {
      requestBody: {
        required: true,
        content: uploadOf(route) === undefined ? jsonOf(route.body, example) : formOf(route, route.body),
      },
    }),
    responses: {
      [status]: {
        description: 'done',
        content: {
          [mediaType]: { schema: file === undefined ? schemaOf(answer, 'output') : { type: 'string' } },
        },
      },
      ...problemsOf(name, route),
    },
  };
}

function jsonOf(body: z.ZodType, example: unknown): Json {
  return { 'application/json': { schema: schemaOf(body), ...(example !== undefined && { example }) } };
}

/** RFC 7578: what is said in JSON is one part, the file another. */
function formOf(route: AnyRoute, body: z.ZodType): Json {
  const { part = '', maxBytes } = uploadOf(route) ?? {};
  const file = { type: 'string', contentMediaType: 'application/octet-stream', maxLength: maxBytes };
  return {
    'multipart/form-data': {
      schema: { type: 'object', required: [part], properties: { [part]: file, request: schemaOf(body) } },
      encoding: { request: { contentType: 'application/json' } },
    },
  };
}

/** Whose things the route is about. */
function scopeOf(route: AnyRoute): 'everybody' | 'self' | 'domains' | 'server' {
  const { roles } = route;
  if (roles === 'everybody') return 'everybody';
  const isOwn = 'question' in route && route.question.access.isOwn === true;
  if (isOwn || !('question' in route) || roles.every((role) => role === 'user')) {
    if (roles.includes('user')) return 'self';
    // What is named is looked for in the scope of who asks.
    return roles.includes('domainAdmin') && route.params !== undefined ? 'domains' : 'server';
  }
  return roles.includes('domainAdmin') ? 'domains' : 'server';
}

const SCOPE_WORDS = {
  everybody: 'Needs no log-in.',
  self: 'Concerns who asks and nobody else.',
  domains: 'An administrator of domains sees and changes what belongs to them.',
  server: 'Concerns the whole server.',
} as const;

function scopeWords(route: AnyRoute): string {
  return SCOPE_WORDS[scopeOf(route)];
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: one,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): Json {
  const { $schema: _, $defs: _defs, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return withoutReferences(json) as Json;
}

/** The one thing that refers to itself is a JSON value of any kind (`z.json()`), which a schema says with nothing. */
function withoutReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value) return {};
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutReferences(one)]));
}
