// Mail that is not at its end yet: why it waits, when it is tried next, and what can be done with it.
import { type ReactNode, useState } from 'react';
import { type Answer, call } from '../../api/client.ts';
import { asProblem } from '../../api/problem.ts';
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { formatSize, formatTime } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, SegmentedControl } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { Filtered } from '../Filtered.tsx';
import { SearchGoesOn } from '../SearchGoesOn.tsx';
import { useCursor, useView, type View } from '../search.ts';
import { toast } from '../../ui/toast.tsx';
import { DestinationsTable } from './DestinationsTable.tsx';
import { MailPanel } from './MailPanel.tsx';
import { QueueActions } from './QueueActions.tsx';
import { noFilters, QueueFilters, type QueueQuery, queueQuery } from './QueueFilters.tsx';
import { Next } from './Next.tsx';
import { filterWords, stateTones } from './states.ts';

type QueuedMail = Answer<'GET /queue'>['mails'][number];

const limit = 50;
/** So many ids a filter is answered with. */
const MOST = 10_000;

const tabs = ['mails', 'destinations'] as const;

export function QueuePage() {
  const { t } = useWords();
  const [view, setView] = useView();
  const tab = tabs.find((one) => one === view.tab) ?? 'mails';
  return (
    <Page title={t('page.queue')} path={[t('menu.mail')]}>
      <SegmentedControl
        aria-label={t('queue.views')}
        mb="md"
        value={tab}
        onChange={(chosen) => setView({ tab: chosen === 'mails' ? undefined : chosen })}
        data={tabs.map((one) => ({ value: one, label: t(`queue.tab.${one}`) }))}
      />
      {tab === 'mails' ? <Mails view={view} setView={setView} /> : <DestinationsTable />}
    </Page>
  );
}

interface MailsProps {
  view: View;
  setView: (change: Record<string, string | undefined>) => void;
}

function Mails({ view, setView }: MailsProps) {
  const { t, language } = useWords();
  const isReadOnly = useWho().role === 'auditor';
  const [selected, choose] = useState<ReadonlySet<string>>(new Set());
  const [whole, setWhole] = useState<QueueQuery | undefined>();
  const setSelected = (keys: ReadonlySet<string>, all?: QueueQuery) => {
    choose(keys);
    setWhole(all);
  };
  const { open } = view;
  const filter = queueQuery(view);
  const cursor = useCursor(JSON.stringify(filter));
  const { data, error, isFetching, refetch } = useApi(
    'GET /queue',
    { query: { limit, after: cursor.after, ...filter } },
    { every: 10_000 },
  );
  const searchedUntil = data?.searchedUntil ?? null;
  const until = searchedUntil === null ? null : { time: formatTime(searchedUntil, language) };
  return (
    <>
      <QueueFilters view={view} onChange={setView} />
      <MailTable
        mails={data?.mails}
        error={error}
        isFetching={isFetching}
        onRetry={refetch}
        onOpen={(mail) => setView({ open: mail })}
        selection={isReadOnly ? undefined : { keys: selected, onChange: setSelected }}
        empty={
          until !== null ? (
            <SearchGoesOn
              soFar={t('search.nothingYet', until)}
              onGoOn={() => cursor.to(data?.next ?? undefined)}
            />
          ) : Object.keys(filter).length > 0 ? (
            <Filtered onReset={() => setView(noFilters)} />
          ) : (
            <Empty>{t('queue.empty')}</Empty>
          )
        }
      />
      <Pager cursor={cursor} next={data?.next}>
        {until !== null
          ? t('search.reached', until)
          : data !== undefined &&
            data.total > 0 &&
            t(data.isTotalExact ? 'queue.total' : 'queue.totalMore', { count: data.total })}
      </Pager>
      {selected.size > 0 && (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        <div className="p-bar p-bar-many" role="region" aria-label={t('queue.selection')}>
          <span aria-live="polite">{t('queue.selected', { count: selected.size })}</span>
          <SelectAll
            filter={filter}
            total={data?.total ?? 0}
            isExact={data?.isTotalExact ?? true}
            isSearching={until !== null}
            count={selected.size}
            onSelect={(mails) => setSelected(new Set(mails), filter)}
          />
          <QueueActions mails={[...selected]} whole={whole} onDone={() => setSelected(new Set())} />
        </div>
      )}
      {open !== undefined && (
        <MailPanel mail={open} isReadOnly={isReadOnly} onClose={() => setView({ open: undefined })} />
      )}
    </>
  );
}

interface SelectAllProps {
  filter: QueueQuery;
  total: number;
  /** False: there are more, and as many are selected as `total` says. */
  isExact: boolean;
  /** Nobody has counted yet. */
  isSearching: boolean;
  count: number;
  onSelect: (mails: readonly string[]) => void;
}

/** All that the filter finds now; what arrives later is not among them. */
function SelectAll({ filter, total, isExact, isSearching, count, onSelect }: SelectAllProps) {
  const { t, say } = useWords();
  const [isBusy, setIsBusy] = useState(false);
  if (total <= count && !isSearching) return null;
  async function select(): Promise<void> {
    setIsBusy(true);
    try {
      const { mails, isCut } = await call('GET /queue/matching', { query: filter });
      onSelect(mails);
      if (isCut) toast(t('queue.cut', { count: mails.length }));
    } catch (thrown) {
      toast(say(asProblem(thrown).messages));
    } finally {
      setIsBusy(false);
    }
  }
  return (
    <Button size="xs" variant="subtle" loading={isBusy} onClick={() => void select()}>
      {t(isExact ? 'queue.selectAll' : 'queue.selectFirst', { count: isSearching ? MOST : total })}
    </Button>
  );
}

interface MailTableProps {
  mails: readonly QueuedMail[] | undefined;
  error: unknown;
  isFetching: boolean;
  onRetry: () => unknown;
  onOpen: (mail: string) => void;
  selection: { keys: ReadonlySet<string>; onChange: (keys: ReadonlySet<string>) => void } | undefined;
  empty: ReactNode;
}

function MailTable({ mails, onOpen, ...rest }: MailTableProps) {
  const { t, language } = useWords();
  return (
    <DataTable<QueuedMail>
      {...rest}
      label={t('page.queue')}
      rows={mails}
      rowKey={({ mail }) => mail}
      rowName={({ reversePath }) => reversePath}
      onOpen={({ mail }) => onOpen(mail)}
      columns={[
        { key: 'way', title: t('trace.way'), cell: (mail) => <Way mail={mail} /> },
        {
          key: 'state',
          title: t('state.title'),
          cell: ({ state }) => (
            <StatusBadge tone={stateTones[state]}>{t(`queue.state.${state}`)}</StatusBadge>
          ),
        },
        { key: 'reason', title: t('queue.reason'), cell: (mail) => <Reason mail={mail} /> },
        {
          key: 'since',
          title: t('queue.since'),
          cell: ({ acceptedAt }) => <Time at={acceptedAt} relative />,
        },
        { key: 'next', title: t('queue.next'), cell: (mail) => <Next mail={mail} /> },
        {
          key: 'size',
          title: t('queue.size'),
          cell: ({ size }) => formatSize(size, language),
          isEnd: true,
          isWide: true,
        },
      ]}
    />
  );
}

function Way({ mail: { reversePath, recipients, recipientCount } }: { mail: QueuedMail }) {
  const { t } = useWords();
  return (
    <>
      {reversePath === '' ? (
        <span className="p-muted">{t('queue.nullSender')}</span>
      ) : (
        <Foreign text={reversePath} />
      )}
      <div>
        → <Foreign text={recipients[0]?.address ?? '—'} />
        {recipientCount > 1 && <span className="p-muted"> +{recipientCount - 1}</span>}
      </div>
    </>
  );
}

function Reason({ mail }: { mail: QueuedMail }) {
  const { t } = useWords();
  const reply = mail.recipients.find(({ lastReply }) => lastReply !== null)?.lastReply ?? null;
  const reason = mail.reason ?? reply;
  return (
    <>
      {mail.heldBy !== null && (
        <div>{t(`queue.heldBy.${mail.heldBy}`, { filter: filterWords(mail.heldFilter ?? '', t) })}</div>
      )}
      {reason !== null && (
        <div className="p-small p-muted">
          <Foreign text={reason} maxLength={160} />
        </div>
      )}
    </>
  );
}
