// What was found in mail, newest first: who, to whom, by which rule, and what became of it.
import { useApi } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Select } from '../../ui/controls.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Filters } from '../../ui/Filters.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { Time } from '../../ui/Time.tsx';
import { Filtered } from '../Filtered.tsx';
import { sinceOf, useCursor, useView, type View } from '../search.ts';
import { IncidentPanel } from './IncidentPanel.tsx';
import { actionWords, foundWords, type Incident } from './parts.ts';

const limit = 50;
const hours = ['24', '168', '720'] as const;
const none = { rule: undefined, search: undefined, hours: undefined, unread: undefined };

function queryOf({ rule, search, unread, ...view }: View) {
  const range = hours.find((one) => one === view['hours']);
  return {
    ...(rule !== undefined && { rule }),
    ...(unread !== undefined && { unread: true }),
    ...(search !== undefined && { search }),
    ...(range !== undefined && { since: sinceOf(Number(range)) }),
  };
}

export function Incidents() {
  const { t } = useWords();
  const [view, setView] = useView();
  const query = queryOf(view);
  const cursor = useCursor(JSON.stringify([view.rule, view.unread, view.search, view.hours]));
  const after = cursor.after === undefined ? {} : { after: Number(cursor.after) };
  const { data, error, isFetching, refetch } = useApi(
    'GET /dlp/incidents',
    { query: { limit, ...query, ...after } },
    { every: 30_000 },
  );
  const opened = data?.incidents.find(({ id }) => String(id) === view.open);
  return (
    <>
      <p className="p-muted">{t('dlp.incidentsHelp')}</p>
      <Narrowing view={view} onChange={setView} />
      <DataTable<Incident>
        label={t('dlp.tab.incidents')}
        rows={data?.incidents}
        rowKey={({ id }) => String(id)}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ id }) => setView({ open: String(id) })}
        columns={useColumns()}
        empty={
          Object.keys(query).length > 0 ? (
            <Filtered onReset={() => setView(none)} />
          ) : (
            <Empty>{t('dlp.noIncidents')}</Empty>
          )
        }
      />
      <Pager cursor={cursor} next={data?.next === null ? null : data?.next.toString()} />
      {opened !== undefined && (
        <IncidentPanel incident={opened} onClose={() => setView({ open: undefined })} />
      )}
    </>
  );
}

interface NarrowingProps {
  view: View;
  onChange: (change: Record<string, string | undefined>) => void;
}

function Narrowing({ view, onChange }: NarrowingProps) {
  const { t } = useWords();
  const { data } = useApi('GET /dlp/rules');
  // One that is gone since may still have found something.
  const names = new Set([
    ...(data?.rules ?? []).map(({ name }) => name),
    ...((view.rule ?? '') ? [view.rule ?? ''] : []),
  ]);
  return (
    <Filters isActive={Object.keys(queryOf(view)).length > 0}>
      <FilterField
        label={t('dlp.search')}
        value={view.search ?? ''}
        onChange={(text) => onChange({ search: text })}
      />
      <Select
        label={t('dlp.rule')}
        value={view.unread === undefined ? `=${view.rule ?? ''}` : 'unread'}
        onChange={(chosen) =>
          chosen === 'unread'
            ? onChange({ unread: '1', rule: undefined })
            : onChange({ unread: undefined, rule: chosen?.slice(1) })
        }
        data={[
          { value: '=', label: t('dlp.anyRule') },
          ...[...names].map((name) => ({ value: `=${name}`, label: name })),
          { value: 'unread', label: t('dlp.unreadOnly') },
        ]}
      />
      <Select
        label={t('trace.range')}
        value={view.hours ?? ''}
        onChange={(chosen) => onChange({ hours: chosen ?? undefined })}
        data={[
          { value: '', label: t('dlp.anyTime') },
          ...hours.map((one) => ({ value: one, label: t(`trace.hours.${one}`) })),
        ]}
      />
    </Filters>
  );
}

function useColumns(): Column<Incident>[] {
  const { t } = useWords();
  return [
    {
      key: 'way',
      title: t('trace.way'),
      cell: ({ sender, recipients }) => (
        <>
          {sender === '' ? (
            <span className="p-muted">{t('queue.nullSender')}</span>
          ) : (
            <Foreign text={sender} />
          )}
          <div>
            → <Foreign text={recipients[0] ?? '—'} />
            {recipients.length > 1 && <span className="p-muted"> +{recipients.length - 1}</span>}
          </div>
        </>
      ),
    },
    {
      key: 'found',
      title: t('dlp.what'),
      cell: ({ rule, found }) => (
        <>
          {rule === '' ? t('dlp.unreadOnly') : <Foreign text={rule} />}
          {rule !== '' && (
            <div className="p-small p-muted">{found.map(({ what }) => foundWords(what, t)).join(' + ')}</div>
          )}
        </>
      ),
    },
    { key: 'action', title: t('dlp.became'), cell: ({ action }) => actionWords(action, t) },
    { key: 'at', title: t('dlp.at'), cell: ({ at }) => <Time at={at} relative /> },
  ];
}
