// What can go wrong, as the document tells it: each status once, and which of them a route may answer.
import { type AnyRoute, uploadOf } from '../contract/route.ts';

type Json = Record<string, unknown>;

const WORDS = {
  type: 'object',
  required: ['ru', 'en'],
  properties: { ru: { type: 'string' }, en: { type: 'string' } },
};

const FIELD = {
  type: 'object',
  required: ['pointer', 'field', 'code', 'message'],
  properties: {
    pointer: { type: 'string', description: 'RFC 6901, into the body of the request' },
    section: { type: 'string' },
    field: { type: 'string' },
    code: { type: 'string' },
    message: WORDS,
    label: { ...WORDS, description: 'what forms call the field' },
    line: { type: 'integer', description: 'in a file that was handed in, counted from 1' },
  },
};

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'messages', 'requestId'],
  properties: {
    type: { type: 'string', description: '`urn:pochtar:problem:` and a stable word' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'in the language of Accept-Language' },
    messages: WORDS,
    requestId: { type: 'string', description: 'the log of the process has it too' },
    retryAfter: { type: 'integer', description: 'seconds' },
    errors: { type: 'array', items: { $ref: '#/components/schemas/FieldProblem' } },
    cautions: { type: 'array', items: { $ref: '#/components/schemas/FieldProblem' } },
    current: { description: '412: what is current' },
  },
  example: {
    type: 'urn:pochtar:problem:exists',
    title: 'exists',
    status: 409,
    detail: 'address: anna@example.org is taken already: choose another one',
    messages: {
      ru: 'address: адрес anna@example.org уже занят: выберите другой',
      en: 'address: anna@example.org is taken already: choose another one',
    },
    requestId: '8f5a2f0e-3a39-4c58-9f0a-3d8d5b7a3c11',
    errors: [
      {
        pointer: '/address',
        field: 'address',
        code: 'exists',
        message: {
          ru: 'address: адрес anna@example.org уже занят: выберите другой',
          en: 'address: anna@example.org is taken already: choose another one',
        },
      },
    ],
  },
};

const STATUSES = {
  400: ['Invalid', 'the request is not what the contract says'],
  401: ['Unauthorized', 'nobody is logged in, or the token is dead'],
  403: ['Forbidden', 'the request came from another site, or the rights of who asks have changed'],
  404: ['NotFound', 'it does not exist, or not for who asks'],
  409: ['Conflict', 'it exists already, is in use, or is not in a state for this'],
  412: ['Stale', 'somebody has changed it meanwhile: `current` has it as it is now'],
  413: ['TooLarge', 'the file is larger than the route takes'],
  415: ['NotAForm', 'it is no form: multipart/form-data'],
  422: ['Refused', 'it breaks a rule'],
  429: ['TooMany', 'too often: Retry-After says when again'],
  503: ['Unavailable', 'the process that answers is silent'],
} as const;
type Status = keyof typeof STATUSES;

const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const retryAfter = { 'Retry-After': { description: 'seconds', schema: { type: 'integer' } } };

/** Components of the document. */
export const PROBLEMS = {
  schemas: { Problem: PROBLEM, FieldProblem: FIELD },
  responses: Object.fromEntries(
    Object.entries(STATUSES).map(([status, [name, description]]) => [
      name,
      { description, ...(status === '429' && { headers: retryAfter }), content },
    ]),
  ),
};

export function problemsOf(name: string, route: AnyRoute): Json {
  const [method, path = ''] = name.split(' ');
  const isQuestion = 'question' in route;
  const isChange = method !== 'GET';
  const saves = isChange && path.startsWith('/settings');
  const hasFile = uploadOf(route) !== undefined;
  const isThrottled =
    path === '/session' ||
    path.endsWith('/password') ||
    path.startsWith('/tests') ||
    hasFile ||
    path === '/events';
  const may: Readonly<Record<Status, boolean>> = {
    400: route.params !== undefined || route.query !== undefined || route.body !== undefined,
    401: route.roles !== 'everybody' || path === '/session',
    403: isChange,
    404: route.roles !== 'everybody',
    409: isChange && isQuestion,
    412: saves,
    413: hasFile,
    415: hasFile,
    422: isChange && (isQuestion || hasFile),
    429: isThrottled,
    503: true,
  };
  const possible = Object.entries(STATUSES).filter(([status]) => may[Number(status) as Status]);
  return {
    ...Object.fromEntries(
      possible.map(([status, [component]]) => [status, { $ref: `#/components/responses/${component}` }]),
    ),
    default: { description: 'another problem (RFC 9457)', content },
  };
}
