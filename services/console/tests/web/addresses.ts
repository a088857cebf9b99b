// Where each page is, for whoever looks at all of them: read from the router, so that a new page is looked at too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const router = readFileSync(join(import.meta.dirname, '../../web/src/router.tsx'), 'utf8');

/** Every route of the router: `/trace/$mail`. */
export const routes = [...router.matchAll(/\b(?:page|coming)\(\s*'([^']+)'/g)].map(([, path = '']) => path);

const mail = '0192f000-0000-7000-8000-000000000001';

/** What stands for a route with a parameter, and what else of a page is to be seen: an opened row, a tab. */
const examples: Readonly<Record<string, readonly string[]>> = {
  '/trace/$mail': [`/trace/${mail}`],
  '/queue': ['/queue', `/queue?open=${mail}`, '/queue?tab=destinations'],
  '/quarantine': ['/quarantine', `/quarantine?open=${mail}`],
  '/dlp': [
    ...['/dlp', '/dlp?open=%D0%9A%D0%B0%D1%80%D1%82%D1%8B', '/dlp?tab=documents'],
    ...['/dlp?tab=documents&open=%D0%91%D1%8E%D0%B4%D0%B6%D0%B5%D1%82.xlsx'],
    ...['/dlp?tab=incidents', '/dlp?tab=incidents&open=2'],
  ],
  '/domains': ['/domains', '/domains?open=firma.test'],
  '/domains/$name/dkim': ['/domains/firma.test/dkim'],
  '/domains/$name/dns': ['/domains/firma.test/dns'],
  '/settings/mail': ['/settings/mail', '/settings/mail?file=1', '/settings/mail?history=queue'],
  '/accounts': ['/accounts', '/accounts?open=anna%40firma.test'],
  '/names': ['/names', '/names?tab=groups&open=all%40firma.test'],
  '/names/contacts': [
    '/names/contacts',
    `/names/contacts?open=${encodeURIComponent('boris@postavshik.test firma.test')}`,
  ],
  '/certificates': ['/certificates', '/certificates?open=old'],
  '/lists/black': ['/lists/black', '/lists/black?open=198.51.100.0%2F24'],
  '/lists/networks': ['/lists/networks', '/lists/networks?open=Office'],
  '/settings/routes': [
    '/settings/routes',
    '/settings/routes?open=.partner.test',
    '/settings/routes?open=%2B',
  ],
  '/hooks': ['/hooks', '/hooks?open=1', '/hooks?open=2'],
  '/lists/guard': ['/lists/guard', '/lists/guard?open=172.18.0.1', '/lists/guard?all=1'],
};

/** The home of users, who see nothing else; what of it is for administrators is among the addresses. */
export const usersPage = '/me';

/** The addresses of all pages as an administrator sees them. */
export const addresses: readonly string[] = [
  ...routes.flatMap((route) => examples[route] ?? [route]),
  '/there-is-no-such-page',
];
