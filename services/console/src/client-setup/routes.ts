// What mail programs ask for at addresses that they know, without a log-in: for domains of ours only.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  appleProfile,
  type CardDavServer,
  outlookBook,
  thunderbirdBook,
} from '@pochtar/settings/client-setup';
import { notFound } from '../problem.ts';
import { outlookConfig, outlookError } from './outlook.ts';
import type { SetUp } from './set-up.ts';
import { thunderbirdConfig } from './thunderbird.ts';
import { elementText } from './xml.ts';

const XML = 'text/xml; charset=utf-8';
/** What Outlook sends is some hundred bytes. */
const MAX_BODY = 16 * 1024;
const MAX_ADDRESS = 320;

const THUNDERBIRD = ['/mail/config-v1.1.xml', '/.well-known/autoconfig/mail/config-v1.1.xml'];
const OUTLOOK = [
  '/autodiscover/autodiscover.xml',
  '/Autodiscover/Autodiscover.xml',
  '/AutoDiscover/AutoDiscover.xml',
];
const OUTLOOK_JSON = ['/autodiscover/autodiscover.json', '/Autodiscover/Autodiscover.json'];
export const APPLE = '/mail/apple.mobileconfig';
/** The address book alone, for who has his mail already. */
const BOOK = {
  thunderbird: '/mail/address-book/user.js',
  outlook: '/mail/address-book/outlook.prf',
  apple: '/mail/address-book/apple.mobileconfig',
} as const;

/** They change nothing and know no session: the name that they are asked under does not matter. */
export const setUpPaths: ReadonlySet<string> = new Set([
  ...THUNDERBIRD,
  ...OUTLOOK,
  ...OUTLOOK_JSON,
  APPLE,
  ...Object.values(BOOK),
]);

export async function serveSetUp(app: FastifyInstance, setUp: SetUp): Promise<void> {
  await app.register(async (scope) => {
    scope.addContentTypeParser(
      ['text/xml', 'application/xml'],
      { parseAs: 'string', bodyLimit: MAX_BODY },
      (_, body, done) => done(null, body),
    );
    scope.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));
    for (const path of THUNDERBIRD) scope.get(path, (request, reply) => thunderbird(setUp, request, reply));
    for (const path of OUTLOOK) scope.post(path, (request, reply) => outlook(setUp, request, reply));
    for (const path of OUTLOOK_JSON) scope.get(path, (request) => outlookAddress(setUp, request));
    scope.get(APPLE, (request, reply) => apple(setUp, request, reply));
    for (const program of bookPrograms) {
      scope.get(BOOK[program], (request, reply) => bookFile(setUp, program, request, reply));
    }
  });
}

async function thunderbird(setUp: SetUp, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const written = queryOf(request, 'emailaddress');
  const host = hostOf(request);
  const ours = written === '' ? null : await setUp.ofOurs(written);
  const names = [host, host.replace(/^autoconfig\./, '')];
  const domain = written === '' ? await setUp.domainOf(names) : (ours?.domain ?? null);
  if (domain === null) throw notFound();
  void reply.type(XML);
  return thunderbirdConfig(domain, setUp.servers(host), ours?.address ?? '%EMAILADDRESS%');
}

async function outlook(setUp: SetUp, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  void reply.type(XML);
  const written = typeof request.body === 'string' ? elementText(request.body, 'EMailAddress') : null;
  if (written === null) return outlookError(600, new Date());
  const ours = await setUp.ofOurs(written.slice(0, MAX_ADDRESS));
  return ours === null
    ? outlookError(601, new Date())
    : outlookConfig(setUp.servers(hostOf(request)), ours.address);
}

/** The newer kind names the place of the older one. */
async function outlookAddress(setUp: SetUp, request: FastifyRequest): Promise<unknown> {
  const isAsked = queryOf(request, 'Protocol').toLowerCase() === 'autodiscoverv1';
  if (!isAsked || (await setUp.ofOurs(queryOf(request, 'Email'))) === null) throw notFound();
  return { Protocol: 'AutodiscoverV1', Url: `https://${request.host}${OUTLOOK[0]}` };
}

async function apple(setUp: SetUp, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const ours = await setUp.ofOurs(queryOf(request, 'emailaddress'));
  if (ours === null) throw notFound();
  const host = hostOf(request);
  const mail = setUp.servers(host);
  const book = setUp.book(host);
  const cardDav = book === null ? null : cardDavOf(request);
  const profile = appleProfile(ours.address, { mail, book, cardDav });
  return sent(reply, profile, { name: 'mail.mobileconfig', type: APPLE_TYPE });
}

async function bookFile(
  setUp: SetUp,
  program: BookProgram,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  const ours = await setUp.ofOurs(queryOf(request, 'emailaddress'));
  const book = setUp.book(hostOf(request));
  if (ours === null || book === null) throw notFound();
  switch (program) {
    case 'thunderbird':
      return sent(reply, thunderbirdBook(book, ours.address), { name: 'user.js', type: TEXT });
    case 'outlook':
      return sent(reply, outlookBook(book, ours.address), { name: 'address-book.prf', type: TEXT });
    case 'apple': {
      const profile = appleProfile(ours.address, { book, cardDav: cardDavOf(request) });
      return sent(reply, profile, { name: 'address-book.mobileconfig', type: APPLE_TYPE });
    }
  }
}

const bookPrograms = ['thunderbird', 'outlook', 'apple'] as const;
type BookProgram = (typeof bookPrograms)[number];
const APPLE_TYPE = 'application/x-apple-aspen-config; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';

function sent(reply: FastifyReply, content: string | null, { name, type }: { name: string; type: string }) {
  if (content === null) throw notFound();
  void reply.type(type).header('content-disposition', `attachment; filename="${name}"`);
  return content;
}

/** The address book stands at the console's own port by CardDAV, where the profile is asked for. */
function cardDavOf(request: FastifyRequest): CardDavServer {
  const isSecure = request.protocol === 'https';
  const port = /:(\d+)$/.exec(request.host)?.[1];
  return { host: hostOf(request), port: port === undefined ? (isSecure ? 443 : 80) : Number(port), isSecure };
}

/** What the address book is set up with; `login` may be nobody's yet. */
export function bookSetUp(setUp: SetUp, request: FastifyRequest, login: string | null) {
  const book = setUp.book(hostOf(request));
  if (book === null) return null;
  const file = (program: BookProgram): string =>
    `${BOOK[program]}?emailaddress=${login === null ? '' : encodeURIComponent(login)}`;
  return {
    ...book,
    thunderbird: file('thunderbird'),
    outlook: file('outlook'),
    apple: file('apple'),
    cardDav: `${request.protocol}://${request.host}/`,
  };
}

function queryOf(request: FastifyRequest, name: string): string {
  const value = (request.query as Record<string, unknown>)[name];
  return typeof value === 'string' ? value.slice(0, MAX_ADDRESS) : '';
}

/** Without the port. */
export function hostOf(request: FastifyRequest): string {
  return request.host.replace(/:\d+$/, '').toLowerCase().slice(0, 253);
}
