// /api/docs: the API to read in a browser, by Swagger UI as the package brings it; nothing is fetched from elsewhere.
//
// For those who may read the document itself: administrators and auditors who are logged in. The page says which version
// runs and what it can do, which is nobody else's business, and what is tried on it is asked in the name of the session.
// Only reading can be tried: a click in a manual changes nothing.
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { liveRoutes } from '../contract/live.ts';
import { notFound } from '../problem.ts';
import type { Sessions } from '../session/sessions.ts';
import { admit, personOf } from '../session/who-asks.ts';

export const DOCS = '/api/docs';

/** Swagger UI sets style attributes and elements; scripts are its files. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export interface ApiDocs {
  sessions: Sessions;
  clientAddress: (request: FastifyRequest) => string;
  document: () => Record<string, unknown>;
}

export function serveApiDocs(app: FastifyInstance, { sessions, clientAddress, document }: ApiDocs): void {
  // Nobody may ever look: what the page is made of, 4 MiB with its compilers, is loaded for the first who does.
  let made: Promise<FastifyInstance> | undefined;
  const show = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const client = { address: clientAddress(request), userAgent: request.headers['user-agent'] ?? '' };
    const person = await personOf(request, client, sessions);
    // A browser is shown where one logs in; a program is told.
    const isPage = request.headers.accept?.includes('text/html') === true;
    if (person === null && isPage) return reply.header('cache-control', 'no-store').redirect('/', 303);
    admit(liveRoutes['GET /openapi.json'].roles, person);
    made ??= makePages(app, document);
    const pages = await made;
    reply.hijack();
    pages.routing(request.raw, reply.raw);
    return reply;
  };
  for (const url of [DOCS, `${DOCS}/*`]) app.get(url, show);
  app.addHook('onClose', async () => {
    const pages = await made;
    await pages?.close();
  });
}

/** An application of its own, since one that is under way takes no plug-ins. */
async function makePages(
  app: FastifyInstance,
  document: () => Record<string, unknown>,
): Promise<FastifyInstance> {
  const { default: swaggerUi } = await import('@fastify/swagger-ui');
  const pages = fastify();
  pages.setNotFoundHandler((request, reply) => app.errorHandler(notFound() as never, request, reply));
  // The page asks the plug-in that makes documents of routes; ours is made from the contract.
  const documents = plugin(async (within) => void within.decorate('swagger', document as never), {
    name: '@fastify/swagger',
  });
  await pages.register(documents);
  await pages.register(swaggerUi, {
    routePrefix: DOCS,
    staticCSP: POLICY,
    transformSpecification: (spec) => spec,
    transformSpecificationClone: false,
    theme: { title: 'Pochtar API' },
    // No logo of somebody else's, and no link to where it comes from.
    logo: { type: 'image/svg+xml', content: LOGO },
    uiConfig: {
      deepLinking: true,
      docExpansion: 'none',
      filter: true,
      supportedSubmitMethods: ['get'],
      tagsSorter: 'alpha',
    },
    uiHooks: {
      onRequest: (_, reply, done) => {
        reply.header('cache-control', 'no-store');
        done();
      },
    },
  });
  await pages.ready();
  return pages;
}

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';
