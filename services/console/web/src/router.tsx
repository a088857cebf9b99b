// The routes: each page comes when it is first opened. What a role may not see is the page that is not there.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  useLocation,
} from '@tanstack/react-router';
import { useEffect } from 'react';
import { useWho } from './api/session.ts';
import type { Key } from './i18n/index.ts';
import { isFor, ownPage } from './navigation.ts';
import { Coming } from './pages/Coming.tsx';
import { NotFound } from './pages/NotFound.tsx';
import { SessionDialog } from './shell/SessionDialog.tsx';
import { TopBar } from './shell/TopBar.tsx';
import { VersionNotice } from './shell/VersionNotice.tsx';
import { Boundary } from './ui/Provider.tsx';
import { Shell } from './ui/Shell.tsx';

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

function Frame() {
  const { pathname } = useLocation();
  const { role } = useWho();
  const isUsersHome = role === 'user' && pathname === '/';
  useEffect(() => {
    if (isUsersHome) void router.navigate({ to: ownPage });
  }, [isUsersHome]);
  return (
    <>
      <Shell bar={<TopBar />}>
        <VersionNotice />
        <Boundary key={pathname}>
          {isFor(role, pathname) ? <Outlet /> : !isUsersHome && <NotFound />}
        </Boundary>
      </Shell>
      <SessionDialog />
    </>
  );
}

/** Filters of a page are texts; everything else in the address is dropped. */
function texts(search: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(search)
      .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
      .map(([name, value]) => [name, String(value)]),
  );
}

type Load = () => Promise<Record<string, unknown>>;

function page(path: string, load: Load, name: string) {
  return createRoute({
    getParentRoute: () => root,
    path,
    validateSearch: texts,
    component: lazyRouteComponent(load as never, name as never),
  });
}

function coming(path: string, title: Key, text: Key) {
  return createRoute({
    getParentRoute: () => root,
    path,
    component: () => <Coming title={title} text={text} />,
  });
}

const lists = () => import('./pages/lists/ListPage.tsx');
const settings = () => import('./settings/tabs.tsx');

const routes = [
  page('/', () => import('./pages/overview/OverviewPage.tsx'), 'OverviewPage'),
  page('/start', () => import('./pages/start/StartPage.tsx'), 'StartPage'),
  page('/trace', () => import('./pages/trace/TracePage.tsx'), 'TracePage'),
  page('/trace/$mail', () => import('./pages/trace/TraceMailPage.tsx'), 'TraceMailPage'),
  page('/queue', () => import('./pages/queue/QueuePage.tsx'), 'QueuePage'),
  page('/quarantine', () => import('./pages/quarantine/QuarantinePage.tsx'), 'QuarantinePage'),
  page('/domains', () => import('./pages/domains/DomainsPage.tsx'), 'DomainsPage'),
  page('/domains/$name/dkim', () => import('./pages/domains/DomainDkimPage.tsx'), 'DomainDkimPage'),
  page('/domains/$name/dns', () => import('./pages/domains/DomainDnsPage.tsx'), 'DomainDnsPage'),
  page('/accounts', () => import('./pages/accounts/AccountsPage.tsx'), 'AccountsPage'),
  page('/accounts/import', () => import('./pages/accounts/ImportPage.tsx'), 'ImportPage'),
  page('/names', () => import('./pages/names/NamesPage.tsx'), 'NamesPage'),
  page('/names/contacts', () => import('./pages/contacts/ContactsPage.tsx'), 'ContactsPage'),
  page('/settings/mail', settings, 'MailTab'),
  page('/settings/routes', () => import('./pages/routes/RoutesPage.tsx'), 'RoutesPage'),
  page('/settings/spam', settings, 'SpamTab'),
  page('/settings/address-book', settings, 'AddressBookTab'),
  page('/settings/more', settings, 'MoreTab'),
  page('/certificates', () => import('./pages/certificates/CertificatesPage.tsx'), 'CertificatesPage'),
  page('/processes', () => import('./pages/processes/ProcessesPage.tsx'), 'ProcessesPage'),
  page('/tasks', () => import('./pages/tasks/TasksPage.tsx'), 'TasksPage'),
  page('/hooks', () => import('./pages/hooks/HooksPage.tsx'), 'HooksPage'),
  page('/admins', () => import('./pages/admins/AdminsPage.tsx'), 'AdminsPage'),
  page('/audit', () => import('./pages/audit/AuditPage.tsx'), 'AuditPage'),
  page('/me', () => import('./pages/me/MePage.tsx'), 'MePage'),
  page('/lists/white', lists, 'WhitePage'),
  page('/lists/black', lists, 'BlackPage'),
  page('/lists/networks', () => import('./pages/lists/NetworksPage.tsx'), 'NetworksPage'),
  page('/lists/guard', () => import('./pages/lists/GuardPage.tsx'), 'GuardPage'),
  page('/dlp', () => import('./pages/dlp/DlpPage.tsx'), 'DlpPage'),
  page('/try', () => import('./pages/try/TryPage.tsx'), 'TryPage'),
  coming('/firewall', 'page.firewall', 'coming.firewall'),
  coming('/volumes', 'page.volumes', 'coming.volumes'),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  scrollRestoration: true,
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const written = new URLSearchParams(texts(search)).toString();
    return written === '' ? '' : `?${written}`;
  },
});
