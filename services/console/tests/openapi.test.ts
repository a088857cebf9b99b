// The description of the API: whole, valid, and the promise to those who have written programs against it.
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { contract } from '../src/contract/index.ts';
import type { AnyRoute } from '../src/contract/route.ts';
import { openApi } from '../src/openapi/document.ts';
import { examples } from '../src/openapi/examples.ts';
import { ownVersion } from '../src/own-version.ts';
import { breakingChanges } from './api-compatibility.ts';

type Json = Record<string, unknown>;

const made = JSON.parse(JSON.stringify(openApi(ownVersion()))) as Json;
const REGENERATE = 'run node services/console/reference-main.ts';

test('docs/reference/openapi.json is what the contract makes of it, and nothing that programs rely on is gone', () => {
  const file = new URL('../../../docs/reference/openapi.json', import.meta.url);
  const stored = JSON.parse(readFileSync(file, 'utf8')) as Json;
  const broken = breakingChanges(stored, made);
  const told = `programs that use the API would break:\n  ${broken.join('\n  ')}\nIf that is meant, say so in CHANGELOG.md among the incompatible changes and ${REGENERATE}`;
  expect(broken, told).toEqual([]);
  expect(JSON.stringify(stored) === JSON.stringify(made), `stale: ${REGENERATE}`).toBe(true);
});

test('the document is OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(made));
  expect(valid, JSON.stringify(errors)?.slice(0, 2000)).toBe(true);
});

const operations = Object.entries(made['paths'] as Record<string, Record<string, Json>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one] as const),
);

test('every route of the contract stands in it, each under a name of its own', () => {
  expect(operations).toHaveLength(Object.keys(contract).length);
  expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length);
});

test.each(operations)(
  '%s says what it is, who may ask, about whose things, and what can go wrong',
  (_, one) => {
    expect(one['summary']).toMatch(/\w/);
    expect(one['x-roles']).not.toEqual([]);
    expect(one['x-scope']).toMatch(/^(everybody|self|domains|server)$/);
    const { default: other, ...responses } = one['responses'] as Json;
    expect(other).toMatchObject({ content: { 'application/problem+json': {} } });
    expect(Object.keys(responses)).toContain('503');
    expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
  },
);

test.each(Object.entries(examples))('the example of %s fits', (name, example) => {
  const { body } = contract[name as keyof typeof contract] as AnyRoute;
  expect(body?.safeParse(example).error).toBeUndefined();
});

/** A document of one route. */
function api(parts: {
  body?: Json;
  query?: Json[];
  answer?: Json;
  roles?: string[];
  path?: string;
  status?: number;
}) {
  const {
    body,
    query = [],
    answer = { type: 'object' },
    roles = ['admin'],
    path = '/x',
    status = 200,
  } = parts;
  const json = (schema: Json) => ({ content: { 'application/json': { schema } } });
  const one = {
    'x-roles': roles,
    parameters: query.map((given) => ({ in: 'query', ...given })),
    ...(body && { requestBody: json(body) }),
    responses: { [status]: json(answer), default: {} },
  };
  return { paths: { [path]: { post: one } } };
}

const text = { type: 'string' };
const nullable = { anyOf: [text, { type: 'null' }] };
const object = (properties: Json, required: string[] = []) => ({ type: 'object', properties, required });
const strict = (properties: Json, required: string[] = []) => ({
  ...object(properties, required),
  additionalProperties: false,
});
const choice = (...values: string[]) => ({ type: 'string', enum: values });
type Parts = Parameters<typeof api>[0];

describe('a change that breaks programs is told', () => {
  const changes: [string, Parts, Parts, RegExp][] = [
    ['a route is gone', {}, { path: '/y' }, /POST \/x: the route is gone/],
    ['a role is gone', { roles: ['admin', 'auditor'] }, {}, /auditor may not ask/],
    ['another status', { status: 201 }, {}, /201 is gone/],
    [
      'a field of an answer is gone',
      { answer: object({ a: text }) },
      { answer: object({}) },
      /answer\.a: is gone/,
    ],
    [
      'deep in it',
      { answer: object({ a: { type: 'array', items: object({ b: text }) } }) },
      { answer: object({ a: { type: 'array', items: object({}) } }) },
      /answer\.a\[\]\.b: is gone/,
    ],
    [
      'it may be missing',
      { answer: object({ a: text }, ['a']) },
      { answer: object({ a: text }) },
      /a: may be missing/,
    ],
    [
      'it may be null',
      { answer: object({ a: text }) },
      { answer: object({ a: nullable }) },
      /a: may be null now/,
    ],
    [
      'it has another type',
      { answer: object({ a: text }) },
      { answer: object({ a: { type: 'integer' } }) },
      /a: integer may come/,
    ],
    [
      'a value of an answer is gone',
      { answer: object({ a: choice('x', 'y') }) },
      { answer: object({ a: choice('x') }) },
      /a: "y" never comes/,
    ],
    [
      'new required input',
      { body: strict({}) },
      { body: strict({ a: text }, ['a']) },
      /body\.a: has to be sent now/,
    ],
    ['a body that was none', {}, { body: strict({ a: text }, ['a']) }, /body\.a: has to be sent now/],
    ['input is refused', { body: strict({ a: text }) }, { body: strict({}) }, /body\.a: is not taken/],
    [
      'a value is refused',
      { body: strict({ a: choice('x', 'y') }) },
      { body: strict({ a: choice('x') }) },
      /a: "y" is not taken/,
    ],
    [
      'text becomes a choice',
      { body: strict({ a: text }) },
      { body: strict({ a: choice('x') }) },
      /a: anything but/,
    ],
    [
      'null is refused',
      { body: strict({ a: nullable }) },
      { body: strict({ a: text }) },
      /a: null is not taken/,
    ],
    [
      'a type is refused',
      { body: strict({ a: { type: 'number' } }) },
      { body: strict({ a: { type: 'integer' } }) },
      /a: number is not taken/,
    ],
    [
      'a length is narrowed',
      { body: strict({ a: { ...text, maxLength: 9 } }) },
      { body: strict({ a: { ...text, maxLength: 8 } }) },
      /a: maxLength is 8, and was 9/,
    ],
    [
      'a bound is new',
      { body: strict({ a: { type: 'integer' } }) },
      { body: strict({ a: { type: 'integer', minimum: 1 } }) },
      /minimum is 1, and was none/,
    ],
    [
      'a pattern is new',
      { body: strict({ a: text }) },
      { body: strict({ a: { ...text, pattern: '^x' } }) },
      /pattern is \^x/,
    ],
    ['a parameter is gone', { query: [{ name: 'a', schema: text }] }, {}, /query\.a: is not taken/],
    [
      'a parameter is required',
      { query: [{ name: 'a', schema: text }] },
      { query: [{ name: 'a', schema: text, required: true }] },
      /query\.a: has to be sent/,
    ],
  ];
  test.each(changes)('%s', (_, before, after, told) => {
    expect(breakingChanges(api(before), api(after)).join('\n')).toMatch(told);
  });
});

describe('an addition breaks nothing', () => {
  const additions: [string, Parts, Parts][] = [
    ['nothing at all', { body: strict({ a: nullable }) }, { body: strict({ a: nullable }) }],
    ['a field of an answer', { answer: object({}) }, { answer: object({ a: text }, ['a']) }],
    [
      'a value of an answer',
      { answer: object({ a: choice('x') }) },
      { answer: object({ a: choice('x', 'y') }) },
    ],
    [
      'an answer that is never null any more',
      { answer: object({ a: nullable }) },
      { answer: object({ a: text }) },
    ],
    ['input that may be sent', { body: strict({}) }, { body: strict({ a: text }) }],
    [
      'a value that may be sent',
      { body: strict({ a: choice('x') }) },
      { body: strict({ a: choice('x', 'y') }) },
    ],
    ['null may be sent', { body: strict({ a: text }) }, { body: strict({ a: nullable }) }],
    ['input that need not be sent', { body: strict({ a: text }, ['a']) }, { body: strict({ a: text }) }],
    [
      'more room',
      { body: strict({ a: { ...text, maxLength: 8 } }) },
      { body: strict({ a: { ...text, maxLength: 9 } }) },
    ],
    ['a parameter', {}, { query: [{ name: 'a', schema: text }] }],
    ['a role', {}, { roles: ['admin', 'auditor'] }],
  ];
  test.each(additions)('%s', (_, before, after) => {
    expect(breakingChanges(api(before), api(after))).toEqual([]);
  });
});
