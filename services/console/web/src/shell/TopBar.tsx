// The right part of the top bar: search, state of the server, language, theme, account.
import { IconMoon, IconSearch, IconSun, IconUserCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { call } from '../api/client.ts';
import { useApi } from '../api/queries.ts';
import { session, useWho } from '../api/session.ts';
import { setLanguage, useWords } from '../i18n/index.ts';
import { ownPage } from '../navigation.ts';
import { ActionIcon, Button, Kbd, Menu } from '../ui/controls.ts';
import { useNarrow } from '../ui/narrow.ts';
import { type Scheme, useScheme } from '../ui/Provider.tsx';
import { StatusBadge } from '../ui/StatusBadge.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { languages, LanguageSwitch } from './LanguageSwitch.tsx';
import { remarksOf } from './server-state.ts';
import { useShortcuts } from './shortcuts.ts';
import { Go } from '../ui/Go.tsx';

const Palette = lazy(async () => ({ default: (await import('./Palette.tsx')).Palette }));

export function TopBar() {
  const { t } = useWords();
  const { role } = useWho();
  const [isSearching, setIsSearching] = useState(false);
  const [showsKeys, setShowsKeys] = useState(false);
  const isOfServer = role === 'admin' || role === 'auditor';
  useShortcuts({
    onSearch: () => role !== 'user' && setIsSearching(true),
    onHelp: () => setShowsKeys(true),
  });
  return (
    <div className="p-top-end">
      {/* First: what comes later moves nothing. */}
      {isOfServer && <ServerState />}
      {role !== 'user' && (
        <Button
          variant="default"
          size="xs"
          className="p-top-search"
          leftSection={<IconSearch size={16} aria-hidden />}
          onClick={() => setIsSearching(true)}
          aria-label={`${t('top.search')} Ctrl K`}
        >
          <span className="p-wide">
            {t('top.search')} <Kbd size="xs">Ctrl K</Kbd>
          </span>
        </Button>
      )}
      <span className="p-wide">
        <LanguageSwitch />
      </span>
      <ThemeMenu />
      <AccountMenu onKeys={() => setShowsKeys(true)} />
      {isSearching && (
        <Suspense fallback={null}>
          <Palette onClose={() => setIsSearching(false)} />
        </Suspense>
      )}
      {showsKeys && <KeysDialog onClose={() => setShowsKeys(false)} />}
    </div>
  );
}

function ServerState() {
  const { t } = useWords();
  const { data, error } = useApi('GET /settings/status', {}, { every: 30_000 });
  if (data === undefined && error === null) return null;
  const count = data === undefined ? 0 : remarksOf(data.sections).length;
  return (
    <Go to="/processes" className="p-state">
      {data === undefined ? (
        <StatusBadge tone="warn">
          <span className="p-wide">{t('top.unknown')}</span>
          <span className="p-narrow" role="img" aria-label={t('top.unknown')}>
            ?
          </span>
        </StatusBadge>
      ) : count === 0 ? (
        <StatusBadge tone="ok">
          <span className="p-wide">{t('top.ok')}</span>
          <span className="p-narrow" role="img" aria-label={t('top.ok')}>
            OK
          </span>
        </StatusBadge>
      ) : (
        // As the overview says it: what failed or does not run is more than a remark.
        <StatusBadge tone="danger">
          <span className="p-wide">{t('top.remarks', { count })}</span>
          <span className="p-narrow" role="img" aria-label={t('top.remarks', { count })}>
            {count}
          </span>
        </StatusBadge>
      )}
    </Go>
  );
}

function ThemeMenu() {
  const { t } = useWords();
  const [scheme, setScheme] = useScheme();
  const schemes: readonly Scheme[] = ['auto', 'light', 'dark'];
  const Icon = scheme === 'dark' ? IconMoon : IconSun;
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="subtle" size={36} aria-label={t('top.theme')}>
          <Icon size={18} stroke={1.5} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map((one) => (
          <Menu.Item key={one} onClick={() => setScheme(one)} aria-current={one === scheme}>
            {t(`theme.${one}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountMenu({ onKeys }: { onKeys: () => void }) {
  const { t, language: current } = useWords();
  const { login, role } = useWho();
  // An item that is there and not seen would take the arrow keys.
  const isNarrow = useNarrow();
  async function logOut(): Promise<void> {
    await call('DELETE /session').catch(() => undefined);
    session.end();
    globalThis.location.assign('/');
  }
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="subtle" size={36} aria-label={t('top.account')}>
          <IconUserCircle size={20} stroke={1.5} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {login} · {t(`role.${role}`)}
        </Menu.Label>
        {isNarrow &&
          languages.map(({ language, name }) => (
            <Menu.Item
              key={language}
              lang={language}
              aria-current={language === current}
              onClick={() => void setLanguage(language)}
            >
              {name}
            </Menu.Item>
          ))}
        {role === 'admin' && (
          <Menu.Item component={Link} {...({ to: '/start' } as object)}>
            {t('page.start')}
          </Menu.Item>
        )}
        <Menu.Item component={Link} {...({ to: ownPage } as object)}>
          {t(role === 'user' ? 'page.me' : 'page.password')}
        </Menu.Item>
        <Menu.Item onClick={onKeys}>{t('top.keys')}</Menu.Item>
        <Menu.Item onClick={() => void logOut()}>{t('top.logout')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
