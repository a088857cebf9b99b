// The frame around every page: top bar, menu, and what has to be known everywhere.
import { AppShell, Burger, NavLink, ScrollArea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { connection } from '../api/connection.ts';
import { useWho } from '../api/session.ts';
import { useStore } from '../api/store.ts';
import { useWords } from '../i18n/index.ts';
import { menuOf } from '../navigation.ts';
import { useProgress } from '../pages/start/progress.ts';
import { placeIcon } from './place-icons.ts';

export function Shell({ bar, children }: { bar: ReactNode; children: ReactNode }) {
  const { t } = useWords();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  // oxlint-disable-next-line react/exhaustive-deps -- a page that opens closes the menu
  useEffect(close, [pathname]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 248, breakpoint: 'md', collapsed: { mobile: !isOpen } }}
      transitionDuration={0}
    >
      <AppShell.Header px={12} className="p-top">
        <a className="p-skip" href="#main">
          {t('app.skip')}
        </a>
        <Burger
          opened={isOpen}
          onClick={toggle}
          hiddenFrom="md"
          size="sm"
          aria-label={isOpen ? t('menu.close') : t('menu.open')}
          aria-expanded={isOpen}
        />
        <Link to="/" className="p-brand">
          {t('app.name')}
        </Link>
        {bar}
      </AppShell.Header>
      <AppShell.Navbar aria-label={t('menu.label')}>
        <ScrollArea type="auto" scrollbarSize={8}>
          <Menu />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Lost />
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function Lost() {
  const { t } = useWords();
  const isLost = useStore(connection.isLost);
  return <div role="alert">{isLost && <div className="p-strip">{t('connection.lost')}</div>}</div>;
}

function Menu() {
  const { t } = useWords();
  const { role } = useWho();
  const { pathname } = useLocation();
  const { progress, isShown: isStarting } = useProgress();
  const isShown = (to: string) => to !== '/start' || isStarting || pathname === '/start';
  return (
    <div className="p-menu">
      {menuOf(role).map(({ title, places }) => (
        <div key={places[0]?.to}>
          {title !== null && <div className="p-menu-title">{t(title)}</div>}
          {places
            .filter(({ to }) => isShown(to))
            .map(({ to, title: name }) => {
              const Icon = placeIcon(to);
              return (
                <NavLink
                  key={to}
                  component={Link}
                  // oxlint-disable-next-line typescript/no-explicit-any -- places are data
                  {...({ to } as any)}
                  label={t(name)}
                  active={isAt(pathname, to)}
                  {...(isAt(pathname, to) && { 'aria-current': 'page' as const })}
                  leftSection={<Icon size={18} stroke={1.5} aria-hidden />}
                  {...(to === '/start' &&
                    progress !== null && {
                      rightSection: (
                        <span className="p-muted p-small">
                          {t('start.menu', { done: progress.done, total: progress.total })}
                        </span>
                      ),
                    })}
                />
              );
            })}
        </div>
      ))}
    </div>
  );
}

function isAt(path: string, to: string): boolean {
  if (to === '/') return path === '/';
  // The three tabs are one page.
  if (to === '/settings/mail') return path.startsWith('/settings/') && path !== '/settings/more';
  if (to === '/lists/white') return path.startsWith('/lists/');
  return path === to || path.startsWith(`${to}/`);
}
