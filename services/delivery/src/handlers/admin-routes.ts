// admin.routes.*: the transport table. What changed is announced after the commit, and every process that sends reads it
// and sends what waits the new way.
import {
  adminRoutes,
  type AdminReply,
  answerAdmin,
  done,
  pageOf,
  refused,
  type RouteInfo,
  routesChanged,
} from '@pochtar/bus';
import { fewAtATime } from '@pochtar/service';
import { localDomains } from '@pochtar/store/directory';
import {
  type DomainRoute,
  findRoute,
  listRoutes,
  MAX_ROUTES,
  type NewDomainRoute,
  removeRoute,
  saveRoute,
} from '@pochtar/store/queue';
import { noDomain, readServer, routeDomain, type TypedServer } from '../routes/read-route.ts';
import { isSameServer, tryRoute } from '../routes/try-route.ts';
import type { Tools } from '../tools.ts';

type Refusal = Extract<AdminReply<never>, { ok: false }>;

export function answerRoutes(tools: Tools): AsyncDisposable {
  const few = fewAtATime(tools, 'routes.test');
  const answers = [
    answerAdmin(tools, adminRoutes.list, async ({ search, after = '', limit }) => {
      const rows = await listRoutes(tools.db, { search, after, limit });
      const { rows: routes, next } = pageOf(rows.map(infoOf), ({ domain }) => domain, limit);
      return done({ routes, next });
    }),
    answerAdmin(tools, adminRoutes.save, (request, { author }) => save(tools, request, author)),
    answerAdmin(tools, adminRoutes.remove, async ({ domain: written }) => {
      const domain = routeDomain(written);
      const { removed, revision } =
        domain === null ? { removed: null, revision: 0 } : await removeRoute(tools.db, domain);
      if (removed === null) return noRoute('domain', written);
      announce(tools, revision);
      return done({ removed: infoOf(removed) });
    }),
    answerAdmin(tools, adminRoutes.test, (request, asker) =>
      few(asker, async () => {
        const read = readServer(request);
        if (!read.ok) return read;
        const stored = await storedRoute(tools, request.former);
        if (stored !== null && 'ok' in stored) return stored;
        const { password, progress } = request;
        return done(await tryRoute(tools, { server: read.server, password, stored, progress }));
      }),
    ),
  ];
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(answers.map((answer) => answer.stop()));
    },
  };
}

interface TypedRoute
  extends TypedServer,
    Pick<NewDomainRoute, 'maxConnections' | 'perMinute' | 'comment' | 'isOn'> {
  former?: string | undefined;
}

async function save(
  tools: Tools,
  request: TypedRoute,
  author: string,
): Promise<AdminReply<{ route: RouteInfo }>> {
  const read = readServer(request);
  if (!read.ok) return read;
  const stored = await storedRoute(tools, request.former);
  if (stored !== null && 'ok' in stored) return stored;
  const { server } = read;
  const { password, maxConnections, perMinute, comment, isOn } = request;
  if (server.username !== '' && password === undefined) {
    if (stored === null || stored.username === '') return passwordMissing;
    if (!isSameServer(stored, server)) return passwordOfAnother;
  }
  if ((await localDomains(tools.db)).includes(server.domain)) return ownDomain(server.domain);
  const saved = await saveRoute(tools.db, tools.masterKey, {
    id: stored?.id ?? null,
    route: { ...server, maxConnections, perMinute, comment, isOn },
    ...{ password, author },
  });
  switch (saved.outcome) {
    case 'exists':
      return exists(server.domain);
    case 'missing':
      return noRoute('former', request.former ?? '');
    case 'full':
      return full;
    case 'saved':
      announce(tools, saved.revision);
      return done({ route: infoOf(saved.route) });
  }
}

/** The route that is changed; null: none is. */
async function storedRoute(
  { db }: Tools,
  written: string | undefined,
): Promise<DomainRoute | null | Refusal> {
  if (written === undefined) return null;
  const domain = routeDomain(written);
  if (domain === null) return noDomain(written);
  return (await findRoute(db, domain)) ?? noRoute('former', written);
}

/** Here at once, at the others as soon as they hear of it. */
function announce({ bus, routes }: Tools, revision: number): void {
  routes.refresh();
  bus.emit(routesChanged, { revision });
}

function infoOf(route: DomainRoute): RouteInfo {
  const { id: _, changedAt, ...shown } = route;
  return { ...shown, hasPassword: shown.username !== '', changedAt: changedAt.toISOString() };
}

function noRoute(field: string, written: string): Refusal {
  const shown = written.slice(0, 100);
  return refused(
    'notFound',
    field,
    `маршрута для «${shown}» нет: посмотрите список`,
    `there is no route for “${shown}”: look at the list`,
  );
}

function exists(domain: string): Refusal {
  return refused(
    'exists',
    'domain',
    `маршрут для «${domain}» уже есть: измените его`,
    `there is a route for “${domain}” already: change that one`,
  );
}

function ownDomain(domain: string): Refusal {
  return refused(
    'ownDomain',
    'domain',
    `домен «${domain}» обслуживается здесь, его почта никуда не уходит: укажите чужой домен`,
    `the domain “${domain}” is served here, its mail goes nowhere: give a domain of others`,
  );
}

const full = refused(
  'tooMany',
  'domain',
  `маршрутов не больше ${MAX_ROUTES}: удалите лишние или объедините домены записью .example.org`,
  `there are at most ${MAX_ROUTES} routes: remove some, or put domains together as .example.org`,
);
const passwordMissing = refused(
  'missing',
  'password',
  'логин указан, а пароля нет: введите его или уберите логин',
  'there is a login and no password: type it, or leave the login out',
);
const passwordOfAnother = refused(
  'missing',
  'password',
  'сохранённый пароль задан для другого сервера или другого шифрования: введите пароль для этого',
  'the stored password is for another server or another encryption: type the password for this one',
);
