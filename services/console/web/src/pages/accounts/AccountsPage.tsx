// Mailboxes in pages, by domain and by parts of address or name; one opens over the list.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { contacts as english } from '../../i18n/en/contacts.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { contacts as russian } from '../../i18n/ru/contacts.ts';
import { Button } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { DomainFilter } from '../DomainFilter.tsx';
import { Filtered } from '../Filtered.tsx';
import { useCursor, useView } from '../search.ts';
import { AccountPanel } from './AccountPanel.tsx';
import { AddAccount } from './AddAccount.tsx';
import { ExportAccounts } from './ExportAccounts.tsx';
import { Used } from './Used.tsx';

type Account = Answer<'GET /accounts'>['accounts'][number];

addWords({ ru: russian, en: english });

const limit = 50;

export function AccountsPage() {
  const { t } = useWords();
  const isReadOnly = useWho().role === 'auditor';
  const [view, setView] = useView();
  const [isAdding, setIsAdding] = useState(false);
  const { domain, search, open } = view;
  const cursor = useCursor(`${domain ?? ''} ${search ?? ''}`);
  const { data, error, isFetching, refetch } = useApi('GET /accounts', {
    query: { limit, domain, search, after: cursor.after },
  });
  const add = <Button onClick={() => setIsAdding(true)}>{t('accounts.add')}</Button>;
  return (
    <Page
      title={t('page.accounts')}
      path={[t('menu.mail')]}
      actions={
        <>
          <ExportAccounts domain={domain} search={search} />
          {!isReadOnly && (
            <>
              <Button variant="default" component={Link} {...({ to: '/accounts/import' } as object)}>
                {t('import.title')}
              </Button>
              {add}
            </>
          )}
        </>
      }
    >
      <div className="p-filters">
        <FilterField
          label={t('accounts.filter')}
          value={search ?? ''}
          onChange={(text) => setView({ search: text })}
        />
        <DomainFilter value={domain} onChange={(chosen) => setView({ domain: chosen })} />
      </div>
      <DataTable<Account>
        label={t('page.accounts')}
        rows={data?.accounts}
        rowKey={({ address }) => address}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ address }) => setView({ open: address })}
        columns={[
          { key: 'address', title: t('accounts.address'), cell: ({ address }) => <b>{address}</b> },
          {
            key: 'name',
            title: t('accounts.name'),
            cell: ({ displayName }) => <Foreign text={displayName} />,
          },
          { key: 'used', title: t('accounts.used'), cell: (account) => <Used account={account} /> },
          {
            key: 'state',
            title: t('state.title'),
            cell: ({ isEnabled }) => (
              <StatusBadge tone={isEnabled ? 'ok' : 'danger'}>
                {isEnabled ? t('accounts.enabled') : t('accounts.disabled')}
              </StatusBadge>
            ),
          },
        ]}
        empty={
          domain === undefined && search === undefined ? (
            <Empty action={!isReadOnly && add}>{t('accounts.empty')}</Empty>
          ) : (
            <Filtered onReset={() => setView({ search: undefined, domain: undefined })} />
          )
        }
      />
      <Pager cursor={cursor} next={data?.next} />
      {isAdding && <AddAccount domain={domain} onClose={() => setIsAdding(false)} />}
      {open !== undefined && (
        <AccountPanel address={open} isReadOnly={isReadOnly} onClose={() => setView({ open: undefined })} />
      )}
    </Page>
  );
}
