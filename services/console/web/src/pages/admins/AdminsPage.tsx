// Who may use the console, and the tokens of programs that use the API.
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button } from '../../ui/controls.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Page } from '../../ui/Page.tsx';
import { Time } from '../../ui/Time.tsx';
import { AddAdmin, AddToken, AdminPanel } from './AdminForms.tsx';

type Administrator = Answer<'GET /admins'>['administrators'][number];
type Token = Answer<'GET /tokens'>['tokens'][number];

export function AdminsPage() {
  const { t } = useWords();
  const { role } = useWho();
  return (
    <Page title={t('page.admins')} path={[t('menu.service')]}>
      {role !== 'domainAdmin' && <Administrators isAdmin={role === 'admin'} />}
      <Tokens canChange={role !== 'auditor'} />
    </Page>
  );
}

function useDomainsWords(): (domains: readonly string[] | null) => string {
  const { t } = useWords();
  return (domains) => (domains === null ? t('admins.allDomains') : domains.join(', '));
}

function Administrators({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useWords();
  const domainsWords = useDomainsWords();
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const { data, error, isFetching, refetch } = useApi('GET /admins');
  const opened = data?.administrators.find(({ login }) => login === open);
  return (
    <section className="p-section" aria-labelledby="administrators">
      <div className="p-block-head">
        <h2 id="administrators">{t('admins.title')}</h2>
        {isAdmin && <Button onClick={() => setAdding(true)}>{t('admins.add')}</Button>}
      </div>
      <DataTable<Administrator>
        label={t('admins.title')}
        rows={data?.administrators}
        rowKey={({ login }) => login}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        {...(isAdmin && { onOpen: ({ login }: Administrator) => setOpen(login) })}
        columns={[
          { key: 'login', title: t('admins.login'), cell: ({ login }) => <b>{login}</b> },
          { key: 'role', title: t('admins.role'), cell: ({ role }) => t(`role.${role ?? 'admin'}`) },
          { key: 'domains', title: t('admins.domains'), cell: ({ domains }) => domainsWords(domains) },
          {
            key: 'last',
            title: t('admins.lastLogin'),
            cell: ({ lastLoginAt }) => <Time at={lastLoginAt ?? null} relative />,
          },
        ]}
        empty={<Empty>{t('admins.empty')}</Empty>}
      />
      {adding && <AddAdmin onClose={() => setAdding(false)} />}
      {opened !== undefined && <AdminPanel administrator={opened} onClose={() => setOpen(null)} />}
    </section>
  );
}

function Tokens({ canChange }: { canChange: boolean }) {
  const { t } = useWords();
  const domainsWords = useDomainsWords();
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Token | null>(null);
  const { data, error, isFetching, refetch } = useApi('GET /tokens');
  const revoking: Column<Token> = {
    key: 'end',
    title: t('table.actions'),
    cell: (token) => (
      <Button size="xs" variant="outline" color="red" onClick={() => setEnding(token)}>
        {t('tokens.revoke')}
      </Button>
    ),
  };
  return (
    <section className="p-section" aria-labelledby="tokens">
      <div className="p-block-head">
        <h2 id="tokens">{t('tokens.title')}</h2>
        {canChange && (
          <Button variant="default" onClick={() => setAdding(true)}>
            {t('tokens.add')}
          </Button>
        )}
      </div>
      <DataTable<Token>
        label={t('tokens.title')}
        rows={data?.tokens}
        rowKey={({ id }) => String(id)}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        columns={[
          { key: 'name', title: t('tokens.name'), cell: ({ name }) => <b>{name}</b> },
          { key: 'role', title: t('admins.role'), cell: ({ role }) => t(`role.${role}`) },
          { key: 'domains', title: t('admins.domains'), cell: ({ domains }) => domainsWords(domains) },
          {
            key: 'expires',
            title: t('tokens.expires'),
            cell: ({ expiresAt }) => (expiresAt === null ? t('tokens.never') : <Time at={expiresAt} />),
          },
          {
            key: 'used',
            title: t('tokens.used'),
            cell: ({ lastUsedAt }) => <Time at={lastUsedAt} relative />,
          },
          ...(canChange ? [revoking] : []),
        ]}
        empty={<Empty>{t('tokens.empty')}</Empty>}
      />
      {adding && <AddToken onClose={() => setAdding(false)} />}
      {ending !== null && <Revoke token={ending} onClose={() => setEnding(null)} />}
    </section>
  );
}

function Revoke({ token, onClose }: { token: Token; onClose: () => void }) {
  const { t } = useWords();
  const revoke = useChange('DELETE /tokens/:id', ['/tokens']);
  return (
    <Confirm
      title={token.name}
      verb={t('tokens.revoke')}
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate({ params: { id: token.id } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {t('tokens.revokeText')}
    </Confirm>
  );
}
