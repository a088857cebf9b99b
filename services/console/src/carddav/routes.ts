// CardDAV (RFC 6352), to be read only: the address book for telephones, on the port of the console. Where a client begins
// (RFC 6764), whose the book is (RFC 5397), what there is, and what has changed.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Logger, networkSet, Saturated, Semaphore } from '@pochtar/runtime';
import { type CurrentSettings, mayLookUnnamed } from '@pochtar/service';
import type { Queryable } from '@pochtar/store/db';
import { Problem } from '../problem.ts';
import { isEncrypted } from '../session/cookie.ts';
import { ViewedBook } from './book.ts';
import { NotDone } from './card-query.ts';
import { davError, href } from './multistatus.ts';
import { CardNames, type Place, placeOf, ROOT, WELL_KNOWN } from './paths.ts';
import { getCard, propfind, report } from './answers.ts';
import type { Asked, Refusal } from './asked.ts';
import { SyncTokens } from './sync-token.ts';
import { type Viewer, Viewers, type ViewerTools } from './viewer.ts';
import { BadXml, readXml } from './xml-tree.ts';

export interface CardDavParts extends Omit<ViewerTools, 'settings'> {
  settings: CurrentSettings<'network' | 'addressBook' | 'general'>;
  masterKey: Buffer;
  db: Queryable;
  log: Logger;
  clientAddress: (request: FastifyRequest) => string;
}

/** A multiget of ten thousand cards. */
const MAX_BODY = 2 * 1024 * 1024;
const XML = 'application/xml; charset=utf-8';
const LOOKS = ['OPTIONS', 'GET', 'HEAD', 'PROPFIND', 'REPORT'];
const CHANGES = [
  'PUT',
  'POST',
  'PATCH',
  'DELETE',
  'PROPPATCH',
  'MKCOL',
  'MOVE',
  'COPY',
  'LOCK',
  'UNLOCK',
  'ACL',
];
/** Answers at a time, of everybody, and how many may wait for it. */
const AT_ONCE = 8;
const MAX_WAITING = 500;

const isLoopback = networkSet(['127.0.0.0/8', '::1']);
export async function serveCardDav(app: FastifyInstance, parts: CardDavParts): Promise<void> {
  const names = new CardNames(parts.masterKey);
  const viewers = new Viewers(parts);
  const tokens = new SyncTokens();
  const turns = new Semaphore(AT_ONCE, MAX_WAITING);
  await app.register(async (scope) => {
    for (const method of [...LOOKS, ...CHANGES]) {
      if (!scope.supportedMethods.includes(method)) scope.addHttpMethod(method, { hasBody: true });
    }
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_BODY }, (_, body, done) =>
      done(null, body),
    );
    scope.addHook('onRequest', async (_, reply) => {
      if (!parts.settings.current('addressBook').enabled) throw notHere();
      // RFC 4918 §10.1, RFC 6352 §6.1.
      reply.headers({ dav: '1, 3, addressbook', 'cache-control': 'no-store', vary: 'authorization' });
    });
    const methods = scope.supportedMethods.filter((method) => [...LOOKS, ...CHANGES].includes(method));
    const route = { method: methods, exposeHeadRoute: false } as const;
    // RFC 6764 §5: where a client that knows the host alone begins.
    scope.route({ ...route, url: WELL_KNOWN, handler: (_, reply) => reply.redirect(ROOT, 301) });
    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      if (request.method === 'OPTIONS') return reply.header('allow', LOOKS.join(', ')).status(200).send();
      const place = placeOf(request.url);
      if (place === null) throw notHere();
      const viewer = await viewerOf(request, reply, place, parts, viewers);
      if (viewer === null) return reply;
      if (CHANGES.includes(request.method)) return readOnly(request, reply);
      const asked = { request, reply, place, viewer, tokens, ...viewOf(viewer, parts, names) };
      // A list is sent while it is read: its turn ends with the answer.
      const turn = turns.run(async () => {
        if (reply.raw.destroyed) return;
        const closed = once(reply.raw, 'close');
        await answer(asked);
        await closed;
      });
      await turn.catch((error: unknown) => {
        if (!(error instanceof Saturated)) throw error;
        return reply.status(503).header('retry-after', 5).send();
      });
      return reply;
    };
    scope.route({ ...route, url: '/carddav', handler });
    scope.route({ ...route, url: '/carddav/*', handler });
  });
}

/** null: it was told why not. */
async function viewerOf(
  request: FastifyRequest,
  reply: FastifyReply,
  place: Place,
  { settings, clientAddress }: CardDavParts,
  viewers: Viewers,
): Promise<Viewer | null> {
  const client = clientAddress(request);
  if (!isEncrypted(request) && !isLoopback(client)) {
    void reply.status(403).type('text/plain; charset=utf-8').send('A password is taken over https only.\n');
    return null;
  }
  if (place.kind !== 'root' && place.owner === null) {
    const { access } = settings.current('addressBook');
    if (!mayLookUnnamed(access, client)) throw notHere();
    return { address: null, domain: settings.current('general').defaultDomain };
  }
  const identified = await viewers.identify(request.headers.authorization, client);
  if (!identified.ok) {
    if (identified.why === 'wrong') {
      void reply.status(401).header('www-authenticate', 'Basic realm="Pochtar", charset="UTF-8"').send();
    } else {
      void reply
        .status(identified.why === 'banned' ? 403 : 503)
        .header('retry-after', 60)
        .send();
    }
    return null;
  }
  // What belongs to somebody else is not there.
  if (place.kind !== 'root' && place.owner !== identified.viewer.address) throw notHere();
  return identified.viewer;
}

function viewOf({ domain }: Viewer, { settings, db }: CardDavParts, names: CardNames) {
  const { visibility, skipGroups } = settings.current('addressBook');
  const filter = { domain: visibility === 'all' ? null : (domain ?? ''), withGroups: !skipGroups };
  const view = `${filter.domain ?? '*'}${filter.withGroups ? '' : '-'}`;
  const displayName = settings.current('general').organisation || domain || 'Pochtar';
  return { book: new ViewedBook(db, names, filter), view: encodeURIComponent(view), displayName };
}

async function answer(asked: Asked): Promise<unknown> {
  const { request, reply } = asked;
  try {
    switch (request.method) {
      case 'PROPFIND':
        return multistatus(reply, await propfind(asked, readXml(bodyOf(request))));
      case 'REPORT':
        return multistatus(reply, await report(asked, readXml(bodyOf(request))));
      default:
        return await getCard(asked);
    }
  } catch (error) {
    if (error instanceof BadXml)
      return reply.status(400).type('text/plain; charset=utf-8').send(`${error.message}\n`);
    if (error instanceof NotDone) return refuse(reply, 403, `<C:${error.condition}/>`);
    throw error;
  }
}

function bodyOf({ body }: FastifyRequest): string {
  return typeof body === 'string' ? body : '';
}

/** As it is made: ten thousand cards with their photos are never in memory together. */
function multistatus(reply: FastifyReply, answered: AsyncIterable<string> | Refusal): FastifyReply {
  if ('status' in answered) return refuse(reply, answered.status, answered.inner);
  return reply.status(207).type(XML).send(Readable.from(answered));
}

function refuse(reply: FastifyReply, status: number, inner: string): FastifyReply {
  return reply.status(status).type(XML).send(davError(inner));
}

// RFC 3744 §7.1.1: what it would take.
function readOnly(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?')[0] ?? '';
  const resource = `${href(path)}<D:privilege><D:write/></D:privilege>`;
  return refuse(reply, 403, `<D:need-privileges><D:resource>${resource}</D:resource></D:need-privileges>`);
}

function notHere(): Problem {
  return new Problem(404, 'notFound', {
    ru: 'такой адресной книги нет: проверьте адрес',
    en: 'there is no such address book: check the address',
  });
}
