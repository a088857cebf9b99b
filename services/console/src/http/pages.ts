// The built pages. Files with a hash in their name are kept by browsers for ever, index.html never; a path that is no
// file is index.html, since the pages have addresses of their own.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../problem.ts';

const YEAR_S = 31_536_000;

/** Pages of this program's own, built beside it. Without them (not built) every path says so. */
export async function servePages(app: FastifyInstance, directory: string): Promise<void> {
  const index = join(directory, 'index.html');
  if (existsSync(join(directory, 'assets'))) {
    await app.register(files, {
      root: join(directory, 'assets'),
      prefix: '/assets/',
      index: false,
      immutable: true,
      maxAge: YEAR_S * 1000,
      preCompressed: true,
    });
  }
  const page = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (request.url.startsWith('/api/')) throw notFound();
    const nonce = randomBytes(16).toString('base64url');
    const text = await readFile(index, 'utf8').catch(() => null);
    if (text === null) return reply.status(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
    return reply
      .headers(policy(nonce))
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(text.replace('</title>', `</title>\n    <meta name="csp-nonce" content="${nonce}" />`));
  };
  app.get('/', page);
  app.get('/*', page);
}

const NOT_BUILT = 'The pages are not built: run ./pochtar up, or `vite build web` in services/console.\n';

function policy(nonce: string): Record<string, string> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      // The component library sets style attributes.
      "style-src-attr 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
  };
}
