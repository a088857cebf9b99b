// Addresses without a mailbox: aliases lead elsewhere, groups to each of their members.
import type { ReactNode } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, SegmentedControl } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { DomainFilter } from '../DomainFilter.tsx';
import { Filtered } from '../Filtered.tsx';
import { useCursor, useView } from '../search.ts';
import { AliasPanel, GroupPanel } from './NamePanels.tsx';

type Alias = Answer<'GET /aliases'>['aliases'][number];
type Group = Answer<'GET /groups'>['groups'][number];

const limit = 50;
/** Stands in the address for one that is not there yet. */
const fresh = '+';

export function NamesPage() {
  const { t } = useWords();
  const isReadOnly = useWho().role === 'auditor';
  const [view, setView] = useView();
  const isGroups = view.tab === 'groups';
  const add = (
    <Button onClick={() => setView({ open: fresh })}>
      {isGroups ? t('names.addGroup') : t('names.addAlias')}
    </Button>
  );
  const parts = { add: isReadOnly ? null : add, isReadOnly };
  return (
    <Page title={t('page.names')} path={[t('menu.mail')]} actions={!isReadOnly && add}>
      <div className="p-filters">
        <SegmentedControl
          aria-label={t('names.views')}
          value={isGroups ? 'groups' : 'aliases'}
          onChange={(tab) => setView({ tab: tab === 'groups' ? tab : undefined, open: undefined })}
          data={[
            { value: 'aliases', label: t('names.aliases') },
            { value: 'groups', label: t('names.groups') },
          ]}
        />
        <FilterField
          label={t('accounts.filter')}
          value={view.search ?? ''}
          onChange={(text) => setView({ search: text })}
        />
        <DomainFilter value={view.domain} onChange={(domain) => setView({ domain })} />
      </div>
      {isGroups ? <Groups {...parts} /> : <Aliases {...parts} />}
    </Page>
  );
}

interface Parts {
  add: ReactNode;
  isReadOnly: boolean;
}

function useList() {
  const [view, setView] = useView();
  const { domain, search, open } = view;
  const cursor = useCursor(`${domain ?? ''} ${search ?? ''}`);
  return {
    query: { limit, domain, search, after: cursor.after },
    cursor,
    open,
    show: (address: string | undefined) => setView({ open: address }),
    isFiltered: domain !== undefined || search !== undefined,
    reset: () => setView({ domain: undefined, search: undefined }),
  };
}

function Aliases({ add, isReadOnly }: Parts) {
  const { t } = useWords();
  const { query, cursor, open, show, isFiltered, reset } = useList();
  const { data, error, isFetching, refetch } = useApi('GET /aliases', { query });
  const opened = data?.aliases.find(({ address }) => address === open);
  return (
    <>
      <DataTable<Alias>
        label={t('names.aliases')}
        rows={data?.aliases}
        rowKey={({ address }) => address}
        isFetching={isFetching}
        error={error}
        onRetry={() => void refetch()}
        onOpen={({ address }) => show(address)}
        columns={[
          { key: 'address', title: t('names.address'), cell: ({ address }) => <b>{address}</b> },
          { key: 'targets', title: t('names.targets'), cell: ({ targets }) => targets.join(', ') },
        ]}
        empty={
          isFiltered ? <Filtered onReset={reset} /> : <Empty action={add}>{t('names.emptyAliases')}</Empty>
        }
      />
      <Pager cursor={cursor} next={data?.next} />
      {(opened !== undefined || open === fresh) && (
        <AliasPanel alias={opened} isReadOnly={isReadOnly} onClose={() => show(undefined)} />
      )}
    </>
  );
}

function Groups({ add, isReadOnly }: Parts) {
  const { t } = useWords();
  const { query, cursor, open, show, isFiltered, reset } = useList();
  const { data, error, isFetching, refetch } = useApi('GET /groups', { query });
  const opened = data?.groups.find(({ address }) => address === open);
  return (
    <>
      <DataTable<Group>
        label={t('names.groups')}
        rows={data?.groups}
        rowKey={({ address }) => address}
        isFetching={isFetching}
        error={error}
        onRetry={() => void refetch()}
        onOpen={({ address }) => show(address)}
        columns={[
          { key: 'address', title: t('names.address'), cell: ({ address }) => <b>{address}</b> },
          { key: 'name', title: t('names.name'), cell: ({ name }) => <Foreign text={name} /> },
          {
            key: 'members',
            title: t('names.members'),
            cell: ({ memberCount }) => t('names.count', { count: memberCount }),
          },
        ]}
        empty={
          isFiltered ? <Filtered onReset={reset} /> : <Empty action={add}>{t('names.emptyGroups')}</Empty>
        }
      />
      <Pager cursor={cursor} next={data?.next} />
      {(opened !== undefined || open === fresh) && (
        <GroupPanel group={opened} isReadOnly={isReadOnly} onClose={() => show(undefined)} />
      )}
    </>
  );
}
