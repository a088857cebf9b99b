// The routes of single domains as the fake API has them, and their test.
import type { Answers } from '../../src/contract/index.ts';

type Route = Answers<'GET /routes'>['routes'][number];

const saved = { author: 'console:petr', changedAt: '2026-01-01T10:00:00.000Z' };

const routes: readonly Route[] = [
  {
    ...{ domain: '.partner.test', host: 'smtp.partner.test', port: 465, tls: 'smtps', isVerified: true },
    ...{ username: 'firma', hasPassword: true, maxConnections: 2, perMinute: 600, isOn: true },
    ...{ comment: 'по договору, не больше двух соединений', ...saved },
  },
  {
    ...{ domain: 'xn--80aswg.xn--p1ai', host: '192.168.5.1', port: 25, tls: 'opportunistic' },
    ...{ isVerified: false, username: '', hasPassword: false, maxConnections: null, perMinute: null },
    ...{ comment: '', isOn: false, ...saved },
  },
];

const at = '2026-01-01T10:00:00.000Z';
const line = (step: string, words: string, ok?: boolean) => ({
  ...{ at, step, text: { ru: words, en: words } },
  ...(ok !== undefined && { ok }),
});

/** What a test of a route tells. */
export const routeTestLines = [
  line('connect', 'smtp.partner.test [192.0.2.9]:465'),
  line('server', 'S: 220 smtp.partner.test ESMTP'),
  line('client', 'C: AUTH PLAIN ****'),
  line('server', 'S: 535 5.7.8 authentication failed', false),
  {
    ...{ verdict: 'bad', text: { ru: 'связи нет: 535 5.7.8', en: 'no connection: 535 5.7.8' } },
    remedy: { ru: 'проверьте логин и пароль', en: 'check the login and the password' },
  },
];

interface Asked {
  query: URLSearchParams;
  body: unknown;
}

export function domainRoutes(isNew: () => boolean, changes: unknown[]) {
  const save = ({ body }: Asked) => {
    changes.push({ route: body });
    return { route: routes[0] };
  };
  return {
    'GET /routes': ({ query }: Asked): Answers<'GET /routes'> => ({
      routes: isNew() ? [] : routes.filter(({ domain }) => domain.includes(query.get('search') ?? '')),
      next: null,
    }),
    'POST /routes': save,
    'PUT /routes/:domain': save,
    'DELETE /routes/:domain': () => ({ removed: routes[0] }),
  };
}
