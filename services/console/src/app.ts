// The HTTP side: what every request passes, in this order: headers of safety, who asks, may he, is the input what the
// contract says; then one question to the bus, or the route's own handler; and whatever goes wrong is a problem document.
import cookie from '@fastify/cookie';
import { askAdmin, askWhole, type Bus } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import { contract } from './contract/index.ts';
import { type AnswerFile, type AnyRoute, makesSomething, type Upload, uploadOf } from './contract/route.ts';
import { takeBoundedJson } from './http/bounded-json.ts';
import { checked } from './http/checked.ts';
import { isNotModified } from './http/etag.ts';
import { fewAtOnce } from './http/few-at-once.ts';
import { leaveForms, readForm } from './http/form.ts';
import { isOwnHost } from './http/host.ts';
import { languageOf } from './http/language.ts';
import { type Asked, keyOf, type RepeatedRequests } from './http/repeated-requests.ts';
import { notFound, Problem, problemOf } from './problem.ts';
import { isEncrypted } from './session/cookie.ts';
import { isForeign } from './session/origin.ts';
import { askerOf, type Client, type Person, type Sessions } from './session/sessions.ts';
import { admit, bearerOf, personOf } from './session/who-asks.ts';

export const API = '/api/v1';
const MAX_BODY = 2 * 1024 * 1024;
const NO_FILE = Buffer.alloc(0);

/** What a handler of a route's own gets. */
export interface Call {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  /** What came with the request; empty where the route takes no file. */
  file: Buffer;
  /** Null on routes for everybody. */
  person: Person | null;
  client: Client;
  isSecure: boolean;
  request: FastifyRequest;
  reply: FastifyReply;
}

export type OwnHandlers = Readonly<Record<string, (call: Call) => Promise<unknown>>>;

export interface AppParts {
  bus: Bus;
  sessions: Sessions;
  log: Logger;
  handlers: OwnHandlers;
  repeated: RepeatedRequests;
  /** Besides loopback ones, names of this machine that plain HTTP is answered under. */
  hostNames: readonly string[];
  /** What is answered under any name. */
  anyHostPaths: ReadonlySet<string>;
  clientOf: (socket: Socket) => string;
  serverFactory: (handler: RequestListener) => Server;
}

export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: parts.log.child({}, { level: 'warn' }) as FastifyBaseLogger,
    bodyLimit: MAX_BODY,
    genReqId: () => crypto.randomUUID(),
    serverFactory: (handler) => parts.serverFactory(handler),
    routerOptions: { maxParamLength: 1000 },
    // The contract checks and writes with schemas of its own; without this, compilers for schemas of routes are loaded.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    // A path that cannot be read comes to no route.
    frameworkErrors: (error, request, reply) => void sendProblem(asProblem(error, request), request, reply),
  });
  await app.register(cookie);
  takeBoundedJson(app);
  app.addHook('onRequest', async (request) => {
    if (!isEncrypted(request) && !isKnownHost(request, parts)) throw wrongHost();
    const isChange = !isSafe(request.method) && bearerOf(request) === undefined;
    if (isChange && isForeign(request.headers)) throw foreignOrigin();
  });
  app.setErrorHandler((error, request, reply) => void sendProblem(asProblem(error, request), request, reply));
  app.setNotFoundHandler((request, reply) => void sendProblem(notFound(), request, reply));
  for (const [name, route] of Object.entries(contract)) {
    if (uploadOf(route) === undefined) addRoute(app, name, route, parts);
    else
      await app.register(async (scope) => {
        leaveForms(scope);
        addRoute(scope, name, route, parts);
      });
  }
  return app;
}

function noCompiler(): never {
  throw new Error('a route has a schema of its own: describe it in the contract');
}

function isKnownHost({ url, headers }: FastifyRequest, { hostNames, anyHostPaths }: AppParts): boolean {
  return isOwnHost(headers.host, hostNames) || anyHostPaths.has(url.split('?')[0] ?? '');
}

function wrongHost(): Problem {
  return new Problem(421, 'wrongHost', {
    ru: 'под этим именем консоль без TLS не отвечает: откройте http://localhost или https, либо назовите имя в POCHTAR_CONSOLE_NAMES',
    en: 'the console does not answer to this name without TLS: open http://localhost or https, or put the name into POCHTAR_CONSOLE_NAMES',
  });
}

function foreignOrigin(): Problem {
  return new Problem(403, 'foreignOrigin', {
    ru: 'запрос пришёл с другого сайта: откройте консоль и повторите там',
    en: 'the request came from another site: open the console and try again there',
  });
}

function addRoute(app: FastifyInstance, name: string, route: AnyRoute, parts: AppParts): void {
  const [method, path] = name.split(' ') as [string, string];
  const upload = uploadOf(route);
  const handle = async (call: Call): Promise<unknown> => {
    const handler = parts.handlers[name];
    if (handler === undefined) throw new Error(`no handler for ${name}`);
    return handler(call);
  };
  const work = upload === undefined ? handle : withFile(route, upload, handle);
  app.route({
    method,
    url: `${API}${path}`,
    // A stream has no end, and so no length to ask for.
    exposeHeadRoute: name !== 'GET /events',
    ...('maxBody' in route && route.maxBody !== undefined && { bodyLimit: route.maxBody }),
    handler: async (request, reply) => {
      const client = clientOf(request, parts);
      const person = await personOf(request, client, parts.sessions);
      admit(route.roles, person);
      // A token that made tokens would outlive its own end.
      if (path.startsWith('/tokens') && person?.isToken === true) throw notFound();
      const given = {
        params: checked(route.params, request.params, 'path'),
        query: checked(route.query, request.query, 'query'),
        // A form is read once it is known that its sender may send it.
        body: upload === undefined ? checked(route.body, request.body ?? {}, 'body') : undefined,
      };
      reply.header('cache-control', 'no-store');
      if ('question' in route) {
        const asker = askerOf((person as Person).principal, client.address);
        const ask = async (): Promise<unknown> => {
          // A route that is whole has a question with pages.
          const put = route.isWhole === true ? (askWhole as typeof askAdmin) : askAdmin;
          const answered = await put(parts.bus, route.question, asker, route.request(given));
          if (!answered.ok) throw problemOf(answered.error);
          return route.answer(answered.result);
        };
        const key = makesSomething(route) ? keyOf(request) : undefined;
        if (key !== undefined) {
          const asked = { author: asker.author, key, request: [name, given, asker.role, asker.scope] };
          return answerOnce(parts.repeated, asked, { ask, status: route.status, request, reply });
        }
        const answer = await ask();
        if (method === 'GET' && isNotModified(request, reply, answer)) return reply;
        if (route.file !== undefined) asFile(reply, route.file);
        return reply.status(route.status).send(answer);
      }
      const isSecure = isEncrypted(request);
      return work({ ...given, file: NO_FILE, person, client, isSecure, request, reply } as Call);
    },
  });
}

/** Reads the form, for a few requests at once. */
function withFile(
  route: AnyRoute,
  upload: Upload,
  handle: (call: Call) => Promise<unknown>,
): (call: Call) => Promise<unknown> {
  return fewAtOnce(upload.atOnce, async (call: Call) => {
    const { request, file } = await readForm(call.request, upload);
    return handle({ ...call, file, body: checked(route.body, request, 'body') });
  });
}

interface Once {
  ask: () => Promise<unknown>;
  status: number;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** What came of it is kept as it is answered, a complaint too; the number of the request is that of the first. */
async function answerOnce(
  repeated: RepeatedRequests,
  asked: Asked,
  { ask, status, request, reply }: Once,
): Promise<FastifyReply> {
  const outcome = await repeated.once(asked, async () => {
    try {
      return { status, body: await ask() };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const body = error.body(languageOf(request.headers['accept-language']), request.id);
      const { certainty } = error;
      return { status: error.status, body, ...(certainty !== undefined && { certainty }) };
    }
  });
  if (outcome.isRepeated) reply.header('idempotency-replayed', 'true');
  if (outcome.status >= 400) reply.type('application/problem+json');
  return reply.status(outcome.status).send(outcome.body);
}

function asFile(reply: FastifyReply, { name, type }: AnswerFile): void {
  reply.type(`${type}; charset=utf-8`).header('content-disposition', `attachment; filename="${name}"`);
}

function asProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  const { message } = error as Error;
  if (status < 500) return new Problem(status, 'invalid', { ru: `запрос не понят: ${message}`, en: message });
  request.log.error({ err: error, requestId: request.id }, 'a request failed');
  return new Problem(500, 'internal', {
    ru: 'внутренняя ошибка консоли: подробности в её журнале по номеру запроса',
    en: 'an internal error of the console: its log has the details under the request id',
  });
}

function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { retryAfter } = problem.more;
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="pochtar"');
  return reply
    .status(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(problem.body(languageOf(request.headers['accept-language']), request.id));
}

function clientOf({ socket, headers }: FastifyRequest, parts: AppParts): Client {
  return { address: parts.clientOf(socket), userAgent: headers['user-agent'] ?? '' };
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
