// Local client addresses that many strangers seem to stand behind (ADR 29): since when they are not trusted, and what follows.
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { guard as english } from '../../i18n/en/guard.ts';
import { formatNumber } from '../../i18n/format.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { guard as russian } from '../../i18n/ru/guard.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Switch } from '../../ui/inputs.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { useCursor, useView } from '../search.ts';
import { GuardPanel } from './GuardPanel.tsx';
import { type GuardedClient, sinceOf, stateTones } from './guarded.ts';
import { ListTabs } from './ListTabs.tsx';

addWords({ ru: russian, en: english });

const limit = 50;
const everyMs = 30_000;

export function GuardPage() {
  const { t } = useWords();
  const isReadOnly = useWho().role !== 'admin';
  const [view, setView] = useView();
  const all = view.all !== undefined;
  const cursor = useCursor(String(all));
  const query = { all, limit, after: Number(cursor.after ?? 0) };
  const { data, error, isFetching, refetch } = useApi('GET /guard', { query }, { every: everyMs });
  const opened = data?.clients.find(({ address }) => address === view.open);
  return (
    <Page title={t('lists.guard')} path={[t('menu.protection'), t('page.lists')]}>
      <ListTabs current="guard" />
      <p className="p-muted">{t('guard.intro')}</p>
      <div className="p-filters">
        <Switch
          label={t('guard.all')}
          checked={all}
          onChange={(event) => setView({ all: event.currentTarget.checked ? '1' : undefined })}
        />
      </div>
      <DataTable<GuardedClient>
        label={t('lists.guard')}
        rows={data?.clients}
        rowKey={({ address }) => address}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ address }) => setView({ open: address })}
        columns={useColumns()}
        empty={<Empty>{t(all ? 'guard.emptyAll' : 'guard.empty')}</Empty>}
      />
      <Pager cursor={cursor} next={data?.next == null ? null : String(data.next)} />
      {opened !== undefined && (
        <GuardPanel client={opened} isReadOnly={isReadOnly} onClose={() => setView({ open: undefined })} />
      )}
    </Page>
  );
}

function useColumns(): Column<GuardedClient>[] {
  const { t, language } = useWords();
  return [
    { key: 'address', title: t('guard.address'), cell: ({ address }) => <b>{address}</b> },
    {
      key: 'state',
      title: t('state.title'),
      cell: ({ state }) => <StatusBadge tone={stateTones[state]}>{t(`guard.state.${state}`)}</StatusBadge>,
    },
    {
      key: 'since',
      title: t('guard.since'),
      cell: (client) => <Time at={sinceOf(client)} relative />,
    },
    {
      key: 'latest',
      title: t('guard.latest'),
      cell: ({ latest }) => <Foreign text={latest.join(', ')} maxLength={160} />,
    },
    {
      key: 'domains',
      title: t('guard.domains'),
      cell: ({ domains }) => formatNumber(domains, language),
      isEnd: true,
    },
  ];
}
