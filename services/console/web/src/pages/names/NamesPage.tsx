// Addresses without a mailbox: aliases lead elsewhere, groups to each of their members.
import type { ReactNode } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { useWords } from '../../i18n/index.ts';
import { Button } from '../../ui/controls.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { DomainFilter } from '../DomainFilter.tsx';
import { Filtered } from '../Filtered.tsx';
import { useCursor, useView } from '../search.ts';
import { AliasPanel, GroupPanel } from './NamePanels.tsx';
import { NameTabs } from './NameTabs.tsx';

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
      <NameTabs current={isGroups ? 'groups' : 'aliases'} />
      <div className="p-filters">
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

function Aliases(parts: Parts) {
  const { t } = useWords();
  const list = useList();
  const answer = useApi('GET /aliases', { query: list.query });
  return (
    <Names<Alias>
      {...{ ...parts, list, answer }}
      rows={answer.data?.aliases}
      label={t('names.aliases')}
      nothing={t('names.emptyAliases')}
      columns={[{ key: 'targets', title: t('names.targets'), cell: ({ targets }) => targets.join(', ') }]}
      panel={(alias, onClose) => <AliasPanel alias={alias} isReadOnly={parts.isReadOnly} onClose={onClose} />}
    />
  );
}

function Groups(parts: Parts) {
  const { t } = useWords();
  const list = useList();
  const answer = useApi('GET /groups', { query: list.query });
  return (
    <Names<Group>
      {...{ ...parts, list, answer }}
      rows={answer.data?.groups}
      label={t('names.groups')}
      nothing={t('names.emptyGroups')}
      columns={[
        { key: 'name', title: t('names.name'), cell: ({ name }) => <Foreign text={name} /> },
        {
          key: 'members',
          title: t('names.members'),
          cell: ({ memberCount }) => t('names.count', { count: memberCount }),
        },
      ]}
      panel={(group, onClose) => <GroupPanel group={group} isReadOnly={parts.isReadOnly} onClose={onClose} />}
    />
  );
}

interface NamesProps<Row> extends Parts {
  list: ReturnType<typeof useList>;
  answer: {
    data?: { next: string | null } | undefined;
    error: unknown;
    isFetching: boolean;
    refetch(): unknown;
  };
  rows: readonly Row[] | undefined;
  label: string;
  nothing: string;
  /** After the address. */
  columns: readonly Column<Row>[];
  /** Undefined: one that is not there yet. */
  panel: (row: Row | undefined, onClose: () => void) => ReactNode;
}

/** What both lists are: a page of addresses, of which one opens over it. */
function Names<Row extends { address: string }>(props: NamesProps<Row>) {
  const { t } = useWords();
  const { add, list, answer, rows, label, nothing, columns, panel } = props;
  const { open, show, isFiltered, reset, cursor } = list;
  const opened = rows?.find(({ address }) => address === open);
  return (
    <>
      <DataTable<Row>
        label={label}
        rows={rows}
        rowKey={({ address }) => address}
        isFetching={answer.isFetching}
        error={answer.error}
        onRetry={() => answer.refetch()}
        onOpen={({ address }) => show(address)}
        columns={[
          { key: 'address', title: t('names.address'), cell: ({ address }) => <b>{address}</b> },
          ...columns,
        ]}
        empty={isFiltered ? <Filtered onReset={reset} /> : <Empty action={add}>{nothing}</Empty>}
      />
      <Pager cursor={cursor} next={answer.data?.next} />
      {(opened !== undefined || open === fresh) && panel(opened, () => show(undefined))}
    </>
  );
}
