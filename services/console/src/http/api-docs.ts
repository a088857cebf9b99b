// /api/docs: the API to read in a browser, by Swagger UI as the package brings it; nothing is fetched from elsewhere.
//
// For those who may read the document itself: administrators and auditors who are logged in. The page says which version
// runs and what it can do, which is nobody else's business, and what is tried on it is asked in the name of the session.
// Only reading can be tried: a click in a manual changes nothing.
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { liveRoutes } from '../contract/live.ts';
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

export async function serveApiDocs(
  app: FastifyInstance,
  { sessions, clientAddress, document }: ApiDocs,
): Promise<void> {
  // The page asks the plug-in that makes documents of routes; ours is made from the contract.
  const documents = plugin(async (within) => void within.decorate('swagger', document as never), {
    name: '@fastify/swagger',
  });
  await app.register(documents);
  await app.register(swaggerUi, {
    routePrefix: DOCS,
    staticCSP: POLICY,
    transformSpecification: (made) => made,
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
      // fastify waits for hooks that answer a promise; the type of this one does not say so.
      // oxlint-disable-next-line no-misused-promises
      async onRequest(request: FastifyRequest, reply: FastifyReply) {
        reply.header('cache-control', 'no-store');
        const client = { address: clientAddress(request), userAgent: request.headers['user-agent'] ?? '' };
        const person = await personOf(request, client, sessions);
        // A browser is shown where one logs in; a program is told.
        const isPage = request.headers.accept?.includes('text/html') === true;
        if (person === null && isPage) return reply.redirect('/', 303);
        admit(liveRoutes['GET /openapi.json'].roles, person);
      },
    },
  });
}

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';
