// The transport table: where mail for single domains goes instead of the relay or their MX hosts.
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { routes as english } from '../../i18n/en/routes.ts';
import { formatNumber } from '../../i18n/format.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { routes as russian } from '../../i18n/ru/routes.ts';
import { Button } from '../../ui/controls.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Filters } from '../../ui/Filters.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Filtered } from '../Filtered.tsx';
import { useCursor, useView } from '../search.ts';
import { RoutePanel } from './RoutePanel.tsx';
import type { Route } from './route-form.ts';

addWords({ ru: russian, en: english });

/** Stands in the address for one that is not there yet. */
const fresh = '+';
const limit = 50;

export function RoutesPage() {
  const { t } = useWords();
  const isReadOnly = useWho().role !== 'admin';
  const [view, setView] = useView();
  const { search = '', open } = view;
  const cursor = useCursor(search);
  const query = { search, limit, ...(cursor.after !== undefined && { after: cursor.after }) };
  const { data, error, isFetching, refetch } = useApi('GET /routes', { query });
  const opened = data?.routes.find(({ domain }) => domain === open);
  const add = <Button onClick={() => setView({ open: fresh })}>{t('routes.add')}</Button>;
  return (
    <Page title={t('routes.title')} path={[t('menu.mail'), t('page.settings')]} actions={!isReadOnly && add}>
      <p className="p-muted">{t('routes.intro')}</p>
      <Filters isActive={search !== ''}>
        <FilterField
          label={t('routes.search')}
          value={search}
          onChange={(text) => setView({ search: text })}
        />
      </Filters>
      <DataTable<Route>
        label={t('routes.title')}
        rows={data?.routes}
        rowKey={({ domain }) => domain}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ domain }) => setView({ open: domain })}
        columns={useColumns()}
        empty={
          search === '' ? (
            <Empty action={!isReadOnly && add}>{t('routes.empty')}</Empty>
          ) : (
            <Filtered onReset={() => setView({ search: undefined })} />
          )
        }
      />
      <Pager cursor={cursor} next={data?.next} />
      {(opened !== undefined || (open === fresh && !isReadOnly)) && (
        <RoutePanel
          key={open}
          route={opened}
          isReadOnly={isReadOnly}
          onClose={() => setView({ open: undefined })}
        />
      )}
    </Page>
  );
}

function useColumns(): Column<Route>[] {
  const { t, language } = useWords();
  return [
    {
      key: 'domain',
      title: t('routes.domain'),
      cell: ({ domain, isOn }) => (
        <>
          <b>{domain}</b> {!isOn && <StatusBadge tone="plain">{t('routes.off')}</StatusBadge>}
        </>
      ),
    },
    {
      key: 'server',
      title: t('routes.server'),
      cell: ({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`),
    },
    { key: 'tls', title: t('routes.tls'), cell: ({ tls }) => t(`routes.tls.${tls}`) },
    { key: 'username', title: t('routes.username'), cell: ({ username }) => <Foreign text={username} /> },
    {
      key: 'limits',
      title: t('routes.limits'),
      cell: ({ maxConnections, perMinute }) =>
        [
          ...(maxConnections === null
            ? []
            : [t('routes.connections', { number: formatNumber(maxConnections, language) })]),
          ...(perMinute === null ? [] : [t('routes.aMinute', { number: formatNumber(perMinute, language) })]),
        ].join(', '),
    },
    { key: 'comment', title: t('routes.comment'), cell: ({ comment }) => <Foreign text={comment} /> },
  ];
}
