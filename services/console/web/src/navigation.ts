// The menu: which pages there are, and for whom. What a role may not see is in neither menu nor routes.
import type { Role } from '@pochtar/bus';
import type { Key } from './i18n/index.ts';

export interface Place {
  to: string;
  title: Key;
  roles: readonly Role[];
  /** It stands there with one sentence: its service comes later. */
  isComing?: true;
}

export interface PlaceGroup {
  title: Key | null;
  places: readonly Place[];
}

/** The own page: users have it in the menu, everybody in the menu of the account. */
export const ownPage = '/me';

const all = ['admin', 'domainAdmin', 'auditor'] as const;
const server = ['admin', 'auditor'] as const;

export const menu: readonly PlaceGroup[] = [
  {
    title: null,
    places: [
      { to: '/', title: 'page.overview', roles: all },
      { to: '/start', title: 'page.start', roles: ['admin'] },
    ],
  },
  {
    title: 'menu.mail',
    places: [
      { to: '/trace', title: 'page.trace', roles: all },
      { to: '/queue', title: 'page.queue', roles: all },
      { to: '/quarantine', title: 'page.quarantine', roles: all },
      { to: '/domains', title: 'page.domains', roles: all },
      { to: '/accounts', title: 'page.accounts', roles: all },
      { to: '/names', title: 'page.names', roles: all },
      { to: '/settings/mail', title: 'page.settings', roles: server },
    ],
  },
  {
    title: 'menu.protection',
    places: [
      { to: '/lists/white', title: 'page.lists', roles: server },
      { to: '/dlp', title: 'page.dlp', roles: server },
      { to: '/try', title: 'page.try', roles: ['admin'] },
      { to: '/certificates', title: 'page.certificates', roles: server },
      { to: '/firewall', title: 'page.firewall', roles: server, isComing: true },
    ],
  },
  {
    title: 'menu.service',
    places: [
      { to: '/tasks', title: 'page.tasks', roles: all },
      { to: '/volumes', title: 'page.volumes', roles: server, isComing: true },
      { to: '/processes', title: 'page.processes', roles: server },
      { to: '/hooks', title: 'page.hooks', roles: server },
      { to: '/settings/more', title: 'page.more', roles: server },
      { to: '/admins', title: 'page.admins', roles: all },
      { to: '/audit', title: 'page.audit', roles: all },
    ],
  },
  { title: null, places: [{ to: ownPage, title: 'page.me', roles: ['user'] }] },
];

export function menuOf(role: Role): PlaceGroup[] {
  return menu
    .map((group) => ({ ...group, places: group.places.filter(({ roles }) => roles.includes(role)) }))
    .filter(({ places }) => places.length > 0);
}

/** Whether there is such a page for the role. */
export function isFor(role: Role, path: string): boolean {
  if (path === ownPage) return true;
  const places = menu.flatMap((group) => group.places);
  const first = `/${path.split('/')[1] ?? ''}`;
  const found =
    places.find(({ to }) => to === path) ?? places.find(({ to }) => `/${to.split('/')[1] ?? ''}` === first);
  return found?.roles.includes(role) ?? false;
}
