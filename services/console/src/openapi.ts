// The contract as an OpenAPI 3.1 document, for others who write programs against the API.
import { z } from 'zod';
import { API } from './app.ts';
import { contract } from './contract/index.ts';
import type { AnyRoute } from './contract/route.ts';

type Json = Record<string, unknown>;

/** The whole document; made once. */
export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(contract)) {
    const [method, path] = name.split(' ') as [string, string];
    const at = `${API}${path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[at] = { ...paths[at], [method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Pochtar', version },
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'an API token' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-pochtar' },
      },
      schemas: { Problem: PROBLEM },
    },
    security: [{ token: [] }, { session: [] }],
  };
}

function operation(name: string, route: AnyRoute): Json {
  const answer = 'question' in route ? route.question.result : route.result;
  const roles = route.roles === 'everybody' ? 'everybody' : route.roles.join(', ');
  const status = 'question' in route ? route.status : 200;
  const file = 'question' in route ? route.file : undefined;
  const mediaType = ('question' in route ? file?.type : route.mediaType) ?? 'application/json';
  return {
    operationId: name.replaceAll(/[^A-Za-z]+/g, '-'),
    summary: route.summary,
    description: `For: ${roles}`,
    ...(route.roles === 'everybody' && { security: [] }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } },
    }),
    responses: {
      [status]: {
        description: 'done',
        content: {
          [mediaType]: {
            schema: file === undefined ? schemaOf(answer, 'output') : { type: 'string' },
          },
        },
      },
      default: {
        description: 'a problem (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
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
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json;
}

const WORDS = { type: 'object', properties: { ru: { type: 'string' }, en: { type: 'string' } } };
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'messages', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    messages: WORDS,
    requestId: { type: 'string' },
    retryAfter: { type: 'integer', description: 'seconds' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          pointer: { type: 'string' },
          section: { type: 'string' },
          field: { type: 'string' },
          code: { type: 'string' },
          message: WORDS,
        },
      },
    },
  },
};
