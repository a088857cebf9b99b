// Who changed what, when, from where.
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { audit as english } from '../../i18n/en/audit.ts';
import { formatTime } from '../../i18n/format.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { audit as russian } from '../../i18n/ru/audit.ts';
import { Author } from '../../ui/Author.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { Filtered } from '../Filtered.tsx';
import { SearchGoesOn } from '../SearchGoesOn.tsx';
import { useCursor, useView } from '../search.ts';
import { useSectionLabels } from '../section-labels.ts';
import { detailWords, objectWords } from './detail.ts';
import { Done } from './Done.tsx';

type AuditEntry = Answer<'GET /audit'>['entries'][number];

addWords({ ru: russian, en: english });

const limit = 50;

export function AuditPage() {
  const words = useWords();
  const { t, language } = words;
  const label = useSectionLabels();
  const [{ author, object }, setView] = useView();
  const cursor = useCursor(`${author ?? ''} ${object ?? ''}`);
  const { data, error, isFetching, refetch } = useApi('GET /audit', {
    query: {
      limit,
      ...(author !== undefined && { author }),
      ...(object !== undefined && { object }),
      ...(cursor.after !== undefined && { before: Number(cursor.after) }),
    },
  });
  const soFar = data?.searchedSince ? { time: formatTime(data.searchedSince, language) } : null;
  const next = data?.next?.toString();
  return (
    <Page title={t('page.audit')} path={[t('menu.service')]}>
      <div className="p-filters">
        <FilterField
          label={t('audit.author')}
          value={author ?? ''}
          onChange={(text) => setView({ author: text })}
        />
        <FilterField
          label={t('audit.object')}
          value={object ?? ''}
          onChange={(text) => setView({ object: text })}
        />
      </div>
      <DataTable<AuditEntry>
        label={t('page.audit')}
        rows={data?.entries}
        rowKey={({ id }) => String(id)}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        columns={[
          { key: 'time', title: t('trace.time'), cell: ({ at }) => <Time at={at} /> },
          {
            key: 'author',
            title: t('audit.author'),
            cell: ({ author: who, clientAddress }) => (
              <>
                <Author name={who} />
                {clientAddress !== null && <div className="p-muted p-small">{clientAddress}</div>}
              </>
            ),
          },
          {
            key: 'what',
            title: t('audit.what'),
            cell: ({ action, object: of }) => (
              <Done action={action} object={objectWords(action, of, words.t, label)} />
            ),
          },
          {
            key: 'detail',
            title: t('audit.detail'),
            cell: ({ details }) => <Foreign text={detailWords(details, words)} maxLength={300} />,
          },
          {
            key: 'outcome',
            title: t('trace.outcome'),
            cell: ({ outcome }) => (
              <StatusBadge tone={outcome === 'done' ? 'ok' : outcome === null ? 'warn' : 'danger'}>
                {outcome === 'done'
                  ? t('audit.outcome.done')
                  : outcome === null
                    ? t('audit.outcome.cutOff')
                    : t('audit.outcome.refused', { code: outcome })}
              </StatusBadge>
            ),
          },
        ]}
        empty={
          <Nothing
            soFar={soFar}
            isFiltered={author !== undefined || object !== undefined}
            onReset={() => setView({ author: undefined, object: undefined })}
            onGoOn={() => cursor.to(next)}
          />
        }
      />
      <Pager cursor={cursor} next={next}>
        {soFar === null ? undefined : t('search.reached', soFar)}
      </Pager>
    </Page>
  );
}

interface NothingProps {
  /** How far a search came, when it stopped before the end. */
  soFar: { time: string } | null;
  isFiltered: boolean;
  onReset: () => void;
  onGoOn: () => void;
}

function Nothing({ soFar, isFiltered, onReset, onGoOn }: NothingProps) {
  const { t } = useWords();
  if (soFar !== null) return <SearchGoesOn soFar={t('search.nothingYet', soFar)} onGoOn={onGoOn} />;
  return isFiltered ? <Filtered onReset={onReset} /> : <Empty>{t('audit.empty')}</Empty>;
}
