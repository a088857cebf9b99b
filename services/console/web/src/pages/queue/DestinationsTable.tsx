// The queue by where it goes: what waits since when, what the far side said last, and when it is tried next.
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { formatNumber } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Go } from '../../ui/Go.tsx';
import { Time } from '../../ui/Time.tsx';

type Destination = Answer<'GET /queue/destinations'>['destinations'][number];

/** How the queue writes the external server of the settings. */
const relay = 'relay:';
/** And a route, before its domain. */
const route = /^route:/;
const ages = ['hour', 'fiveHours', 'day', 'older'] as const;

export function DestinationsTable() {
  const { t } = useWords();
  const { data, error, isFetching, refetch } = useApi('GET /queue/destinations', {}, { every: 10_000 });
  return (
    <DataTable<Destination>
      label={t('queue.byDestination')}
      rows={data?.destinations}
      rowKey={({ destination }) => destination}
      isFetching={isFetching}
      error={error}
      onRetry={refetch}
      columns={useColumns()}
      empty={<Empty>{t('queue.empty')}</Empty>}
    />
  );
}

function useColumns(): Column<Destination>[] {
  const { t, language } = useWords();
  return [
    {
      key: 'destination',
      title: t('queue.destination'),
      cell: ({ destination }) =>
        destination === relay ? (
          t('queue.relay')
        ) : (
          <Go to="/queue" search={{ destination }}>
            <Foreign text={destination.replace(route, '→ ')} />
          </Go>
        ),
    },
    {
      key: 'waiting',
      title: t('queue.waiting'),
      cell: ({ waiting }) => formatNumber(waiting, language),
      isEnd: true,
    },
    ...ages.map((age, index): Column<Destination> => {
      return {
        key: age,
        title: t(`queue.age.${age}`),
        cell: ({ byAge }) => formatNumber(byAge[index] ?? 0, language),
        isEnd: true,
      };
    }),
    {
      key: 'reply',
      title: t('queue.lastReply'),
      cell: ({ lastReply, lastAttemptAt }) => (
        <>
          {lastReply !== null && <Foreign text={lastReply} maxLength={300} />}
          {lastAttemptAt !== null && (
            <div className="p-muted p-small">
              <Time at={lastAttemptAt} relative />
            </div>
          )}
        </>
      ),
    },
    { key: 'next', title: t('queue.next'), cell: ({ nextAt }) => <Time at={nextAt} relative /> },
  ];
}
