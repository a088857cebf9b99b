// The API as the pages see it, with a small installation in memory: for looking at pages in every state without waiting
// for processes. Answers are typed by the contract; the rules of settings are the real ones.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import {
  cautionsOf,
  defaultDocument,
  describeForms,
  isSectionName,
  parseSection,
  sectionNames,
  type Settings,
} from '@pochtar/settings';
import type { Answers, Contract } from '../../src/contract/index.ts';
import { bookRoutes } from './fake-book.ts';
import { dlpRoutes } from './fake-dlp.ts';
import { dnsblRoutes } from './fake-dnsbl.ts';
import { guardRoutes, tryMail } from './fake-filters.ts';
import { domainRoutes, routeTestLines } from './fake-routes.ts';
import { hookRoutes } from './fake-hooks.ts';
import { listRoutes } from './fake-lists.ts';
import { quarantineRoutes } from './fake-quarantine.ts';
import { stepRoutes } from './fake-steps.ts';
import { taskRoutes } from './fake-tasks.ts';
import { withStrange } from './fake-strange.ts';
import {
  revisions,
  destinations,
  directory as directoryRoutes,
  mailOverview,
  mails,
  serverOverview,
  status as statusOf,
  trace,
} from './fake-data.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As strict as the server's own. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-test'; style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

interface Asked {
  params: Record<string, string>;
  query: URLSearchParams;
  body: Record<string, never>;
}
type Reply = { status: number; body: unknown };
type Handler = (asked: Asked) => unknown;

export class FakeApi {
  readonly #server: Server;
  readonly #documents = new Map<string, { revision: number; document: Record<string, unknown> }>();
  role: 'admin' | 'auditor' | 'domainAdmin' | 'user' = 'admin';
  isLoggedIn = true;
  /** Lists are empty. */
  isNew = false;
  /** Nobody answers questions but the session. */
  isSilent = false;
  /** Questions but the session's wait for ever. */
  isHanging = false;
  /** Changes of mailboxes are refused. */
  refuses = false;
  /** What strangers wrote ends with this. */
  strange = '';
  readonly changes: unknown[] = [];

  readonly #directory: string;

  private constructor(pages: string, server: Server) {
    this.#directory = pages;
    for (const name of sectionNames) {
      this.#documents.set(name, { revision: 1, document: JSON.parse(JSON.stringify(defaultDocument(name))) });
    }
    this.#server = server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** `pages` holds the built pages. */
  static async start(pages: string): Promise<FakeApi> {
    const api = new FakeApi(pages, createServer());
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  /** A new installation in the place of this one: under its address, for whose files a browser does not ask again. */
  renewed(): FakeApi {
    this.#server.removeAllListeners('request');
    this.#server.closeAllConnections();
    return new FakeApi(this.#directory, this.#server);
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return `http://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Somebody else saves. */
  saveElsewhere(section: string, patch: Record<string, unknown>): void {
    const known = this.#documents.get(section);
    if (known === undefined) throw new Error(section);
    this.#documents.set(section, { revision: known.revision + 1, document: { ...known.document, ...patch } });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://x');
    if (!url.pathname.startsWith('/api/v1/')) {
      await serveFile(this.#directory, url.pathname, response);
      return;
    }
    if (url.pathname.startsWith('/api/v1/tests/')) {
      await this.#try(request, response);
      return;
    }
    if (url.pathname === '/api/v1/routes/test') {
      this.changes.push(await readBody(request));
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.end(routeTestLines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      return;
    }
    if (this.isHanging && url.pathname !== '/api/v1/session') return;
    if (url.pathname === '/api/v1/filters/try') {
      const { changes, triedFailure: failure } = this;
      const untilFinished = this.isTryingLong ? this.untilFinished.promise : null;
      await tryMail(request, response, { changes, untilFinished, failure });
      return;
    }
    const { status: code, body: plain } = await this.#route(request, url);
    const body = this.strange === '' ? plain : withStrange(plain, this.strange);
    response.writeHead(code, {
      'content-type': code < 400 ? 'application/json' : 'application/problem+json',
    });
    response.end(body === null ? undefined : JSON.stringify(body));
  }

  /** A test with two lines, of which the second one waits for `finishTest`. */
  async #try(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.changes.push(await readBody(request));
    const line = (step: string, en: string, ok?: boolean) =>
      response.write(`${JSON.stringify({ at: new Date().toISOString(), step, text: { ru: en, en }, ok })}\n`);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    line('client', 'C: EHLO mx.firma.test');
    response.once('close', () => void (this.isTestLeft = true));
    await this.untilFinished.promise;
    line('server', 'S: 535 <script>no</script>', false);
    response.end(`${JSON.stringify({ verdict: 'bad', text: { ru: 'вход не принят', en: 'no log-in' } })}\n`);
  }

  /** A mail that is tried waits for `untilFinished`. */
  isTryingLong = false;
  /** What a mail that is tried is answered with, instead. */
  triedFailure: { status: number; body: object } | null = null;

  /** Tests wait for this before their end. */
  untilFinished = Promise.withResolvers<void>();
  isTestLeft = false;

  async #route(request: IncomingMessage, url: URL): Promise<Reply> {
    const path = url.pathname.slice('/api/v1'.length);
    const isSession = path === '/session';
    if (!this.isLoggedIn && !(isSession && request.method === 'POST')) {
      return problem(
        401,
        'unauthorized',
        'сеанс закончился или его не было: войдите',
        'there is no session: log in',
      );
    }
    if (path === '/events') return { status: 204, body: null };
    if (this.isSilent && !isSession) {
      return problem(
        503,
        'unavailable',
        'процесс settings не отвечает',
        'the process settings does not answer',
      );
    }
    for (const [name, handler] of Object.entries(this.#handlers)) {
      const params = matches(name, request.method ?? 'GET', path);
      if (params === null || handler === undefined) continue;
      const result = await handler({
        params,
        query: url.searchParams,
        body: (await readBody(request)) as never,
      });
      return isReply(result) ? result : { status: 200, body: result };
    }
    return problem(404, 'notFound', 'такого здесь нет', 'there is no such thing here');
  }

  readonly #handlers: Partial<Record<keyof Contract | (string & {}), Handler>> = {
    'POST /session': ({ body }) => {
      const { password } = body as { password?: string };
      if (password !== 'right')
        return problem(401, 'wrongLogin', 'логин или пароль неверны', 'wrong login or password');
      this.isLoggedIn = true;
      return this.#who();
    },
    'GET /session': () => this.#who(),
    'DELETE /session': () => {
      this.isLoggedIn = false;
      return {};
    },
    'GET /settings/catalogue': () => describeForms(),
    'GET /settings': () => ({
      sections: [...this.#documents].map(([name, known]) => this.#section(name, known)),
    }),
    'GET /settings/status': () => statusOf(this.#documents),
    'POST /settings/changes': ({ body }) => this.#change(body as never),
    'POST /settings/import': () => ({ sections: [this.#told], changeId: null, cautions: [] }),
    'POST /settings/revert': () => ({ sections: [this.#told], changeId: null, cautions: [] }),
    'GET /settings/history': () => ({
      entries: this.isNew ? [] : [...revisions('queue'), ...revisions('relay')],
      next: null,
    }),
    'GET /settings/:section/revisions': ({ params }) => ({
      entries: revisions(params.section ?? ''),
      next: null,
    }),
    'POST /accounts': ({ body }) => {
      if (this.refuses)
        return problem(
          409,
          'exists',
          'адрес olga@firma.test уже занят',
          'the address olga@firma.test is taken',
        );
      return { account: body };
    },
    ...directoryRoutes(() => this.isNew),
    ...listRoutes(() => this.isNew),
    ...bookRoutes(() => this.isNew, this.changes),
    ...dnsblRoutes(() => this.isNew),
    ...guardRoutes(() => this.isNew, this.changes),
    ...domainRoutes(() => this.isNew, this.changes),
    ...hookRoutes(() => this.isNew, this.changes),
    ...taskRoutes(() => this.isNew),
    ...dlpRoutes(() => this.isNew, this.changes),
    ...quarantineRoutes(() => this.isNew, this.changes),
    ...stepRoutes(() => this.isNew),
    'GET /overview/mail': () => mailOverview(this.isNew),
    'GET /overview/server': () => serverOverview(this.isNew),
    'GET /queue': ({ query }) =>
      this.isNew ? { mails: [], total: 0, isTotalExact: true, next: null } : mails(query),
    'GET /queue/matching': () => ({
      mails: mails(new URLSearchParams()).mails.map(({ mail }) => mail),
      isCut: false,
      asOf: '2026-01-01T10:00:00.000Z',
    }),
    'GET /queue/destinations': () => ({ destinations: this.isNew ? [] : destinations }),
    'POST /queue/plan': (): Answers<'POST /queue/plan'> => ({
      ...{ waiting: 1214, earlier: 12, later: 1198, returned: 4, redirected: 0, isWhole: true },
      before: { first: '2026-01-01T10:30:00.000Z', last: '2026-01-01T15:00:00.000Z' },
      after: { first: '2026-01-01T12:00:00.000Z', last: '2026-01-02T09:00:00.000Z' },
    }),
    'GET /queue/:mail': ({ params }) => {
      const found = mails(new URLSearchParams()).mails.find(({ mail }) => mail === params.mail);
      if (found === undefined) return problem(404, 'notFound', 'такого письма нет', 'no such mail');
      const verdicts = [
        { filter: 'dnsbl', recipient: '', generation: 1, result: 'accept', reason: '', at: found.acceptedAt },
      ];
      return {
        mail: found,
        clientAddress: '203.0.113.7',
        helo: 'mail.client.test',
        subject: 'Договор №15',
        slip: [],
        verdicts,
      };
    },
    'POST /queue/:action': ({ body }) => {
      const { mails: ids } = body as unknown as { mails: string[] };
      this.changes.push(body);
      return { done: ids, skipped: [] };
    },
    'GET /trace': () => (this.isNew ? { deliveries: [], refusals: [], isCut: false } : trace()),
    'GET /trace/:mail': ({ params }) => {
      const deliveries = trace().deliveries.filter(({ mail }) => mail === params.mail);
      return { deliveries, total: deliveries.length, next: null, queued: null };
    },
  };

  /** What a file or a way back would change. */
  readonly #told = {
    name: 'queue',
    revision: 1,
    changed: true,
    changes: [
      {
        kind: 'value',
        section: 'queue',
        field: 'runIntervalMinutes',
        label: { ru: 'Интервал между попытками отправки', en: 'Interval between attempts' },
        before: { ru: '30 мин.', en: '30 min' },
        after: { ru: '12 мин.', en: '12 min' },
      },
    ],
  };

  #who(): Answers<'GET /session'> {
    const isUser = this.role === 'user';
    return {
      login: isUser ? 'anna@firma.test' : 'admin',
      displayName: isUser ? 'Анна' : '',
      role: this.role,
      domains: this.role === 'domainAdmin' ? ['firma.test'] : null,
      account: isUser ? 'anna@firma.test' : null,
      hasOwnPassword: !this.isNew,
      organisation: this.isNew ? '' : 'ООО «Фирма»',
      expiresAt: '2027-01-01T00:00:00.000Z',
      version: '0.1.0',
    };
  }

  #section(name: string, { revision, document }: { revision: number; document: Record<string, unknown> }) {
    return {
      name,
      revision,
      document,
      secrets: name === 'relay' ? { password: false } : {},
      author: 'console:petr',
      changedAt: '2026-01-01T10:00:00.000Z',
      cautions: [],
    };
  }

  #change({ changes, validateOnly }: { changes: Change[]; validateOnly: boolean }): unknown {
    const stale = changes.find(
      ({ section, expectedRevision }) => this.#documents.get(section)?.revision !== expectedRevision,
    );
    if (stale !== undefined) return problem(412, 'conflict', 'раздел изменили', 'the section was changed');
    const errors = changes.flatMap(({ section, patch }) => {
      if (!isSectionName(section)) return [];
      const checked = parseSection(section, { ...this.#documents.get(section)?.document, ...patch });
      return checked.ok ? [] : [...checked.errors];
    });
    if (errors[0] !== undefined) {
      return problem(
        422,
        errors[0].code,
        errors[0].message.ru,
        errors[0].message.en,
        errors.map((one) => ({ pointer: '', ...one })),
      );
    }
    if (!validateOnly) {
      this.changes.push(changes);
      for (const { section, patch } of changes) this.saveElsewhere(section, patch);
    }
    return {
      sections: changes.map(({ section }) => ({
        name: section,
        revision: this.#documents.get(section)?.revision ?? 0,
        changed: true,
      })),
      changeId: validateOnly ? null : '0192f000-0000-7000-8000-0000000000cc',
      cautions: this.#cautions(changes),
    };
  }

  /** By the real rules; of the sections that were changed. */
  #cautions(changes: readonly Change[]): unknown[] {
    const documents = sectionNames.map((name) => [name, this.#documents.get(name)?.document]);
    const all = cautionsOf(Object.fromEntries(documents) as Settings);
    const changed = new Set(changes.map(({ section }) => section));
    return all.filter(({ section }) => changed.has(section)).map((one) => ({ pointer: '', ...one }));
  }
}

interface Change {
  section: string;
  expectedRevision: number;
  patch: Record<string, unknown>;
}

function problem(status: number, code: string, ru: string, en: string, errors?: unknown[]): Reply {
  const body = {
    type: `urn:pochtar:problem:${code}`,
    title: code,
    status,
    detail: ru,
    messages: { ru, en },
    requestId: 'test',
  };
  return { status, body: { ...body, ...(errors !== undefined && { errors }) } };
}

function isReply(value: unknown): value is Reply {
  return typeof value === 'object' && value !== null && 'status' in value && 'body' in value;
}

function matches(name: string, method: string, path: string): Record<string, string> | null {
  const [wanted, template = ''] = name.split(' ');
  const [parts, given] = [template.split('/'), path.split('/')];
  if (wanted !== method || parts.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const value = decodeURIComponent(given[index] ?? '');
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return params;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function serveFile(dist: string, path: string, response: ServerResponse): Promise<void> {
  const isPage = extname(path) === '';
  const file = isPage ? join(dist, 'index.html') : join(dist, normalize(path));
  const content = await readFile(file).catch(() => null);
  if (content === null) {
    response.writeHead(404).end();
    return;
  }
  const headers = {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': policy,
    // As the program's own: services/console/src/http/pages.ts.
    'cache-control': isPage ? 'no-store' : 'public, max-age=31536000, immutable',
  };
  response.writeHead(200, headers);
  response.end(
    isPage
      ? content.toString().replace('</title>', '</title><meta name="csp-nonce" content="test" />')
      : content,
  );
}
