// What became of a mail: ended recipients and refused attempts in one list, the newest first.
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { formatSize, formatTime } from '../../i18n/format.ts';
import { useWords, type Words } from '../../i18n/index.ts';
import { Badge, Select } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { SearchGoesOn } from '../SearchGoesOn.tsx';
import { sinceOf, useCursor, useView } from '../search.ts';
import { outcomeTone, useOutcomeWords } from './outcomes.ts';
import { recognise, type Recognised } from './recognise.ts';

interface Row {
  key: string;
  at: string;
  mail: string | null;
  sender: string | null;
  recipient: string | null;
  outcome: string;
  detail: string;
  size: number | null;
}

const limit = 100;
const outcomes = ['delivered', 'relayed', 'expanded', 'bounced', 'discarded', 'redirected'] as const;
const hours = ['1', '24', '168', '720'] as const;

function kindWords(kind: Recognised['kind'], t: Words['t']): string {
  // The name of the field, in every language.
  if (kind === 'messageId') return 'Message-ID';
  return t(kind === 'subject' ? 'queue.subject' : `trace.kind.${kind}`);
}

export function TracePage() {
  const { t, language } = useWords();
  const [view, setView] = useView();
  const navigate = useNavigate();
  const typed = recognise(view.q ?? '');
  const range = hours.find((one) => one === view.hours) ?? '24';
  const hour = hourOf(view.at);
  const since = hour?.since ?? sinceOf(Number(range));
  // The page after is of what is older; a range that moves on with the time is the same question.
  const cursor = useCursor(JSON.stringify([view.q, view.outcome, hour?.since ?? range]));
  const until = cursor.after ?? hour?.until;
  const { data, error, isFetching, refetch } = useApi(
    'GET /trace',
    {
      query: {
        limit,
        since,
        until,
        outcome: view.outcome,
        ...(typed?.kind === 'ip' && { clientAddress: typed.text }),
        ...(typed?.kind === 'address' && { address: typed.text }),
        ...(typed?.kind === 'messageId' && { messageId: typed.text }),
        ...(typed?.kind === 'subject' && { subject: typed.text }),
      },
    },
    { every: 10_000, enabled: typed?.kind !== 'mail' },
  );
  const rows = data === undefined ? undefined : rowsOf(data);
  const searchedSince = data?.searchedSince ?? null;
  const soFar = searchedSince === null ? null : { time: formatTime(searchedSince, language) };
  const open = (mail: string) => void navigate({ to: '/trace/$mail', params: { mail } } as never);
  return (
    <Page title={t('page.trace')} path={[t('menu.mail')]}>
      <div className="p-filters">
        <FilterField
          label={t('trace.search')}
          placeholder={t('trace.placeholder')}
          value={view.q ?? ''}
          onChange={(text) => {
            const found = recognise(text);
            if (found?.kind === 'mail') open(found.text);
            else setView({ q: text });
          }}
        />
        {typed !== null && <Badge variant="default">{kindWords(typed.kind, t)}</Badge>}
        <Select
          label={t('trace.range')}
          value={hour === null ? range : 'at'}
          onChange={(chosen) => setView({ hours: chosen ?? undefined, at: undefined })}
          data={[
            ...(hour === null ? [] : [{ value: 'at', label: formatTime(hour.since, language) }]),
            ...hours.map((one) => ({ value: one, label: t(`trace.hours.${one}`) })),
          ]}
        />
        <Select
          label={t('trace.outcome')}
          value={view.outcome ?? ''}
          onChange={(chosen) => setView({ outcome: chosen ?? undefined })}
          data={[
            { value: '', label: t('trace.allOutcomes') },
            ...outcomes.map((one) => ({ value: one, label: t(`trace.outcome.${one}`) })),
          ]}
        />
      </div>
      <Found
        rows={rows}
        error={error}
        isFetching={isFetching}
        onRetry={refetch}
        onOpen={open}
        empty={
          soFar === null ? (
            <Empty>{t('trace.empty')}</Empty>
          ) : (
            <SearchGoesOn
              soFar={t('search.nothingYet', soFar)}
              onGoOn={() => cursor.to(searchedSince ?? undefined)}
            />
          )
        }
      />
      <Pager cursor={cursor} next={searchedSince}>
        {soFar === null ? undefined : t('search.reached', soFar)}
      </Pager>
    </Page>
  );
}

interface FoundProps {
  rows: Row[] | undefined;
  error: unknown;
  isFetching: boolean;
  onRetry: () => unknown;
  onOpen: (mail: string) => void;
  empty: ReactNode;
}

function Found({ rows, onOpen, ...rest }: FoundProps) {
  const { t, language } = useWords();
  const words = useOutcomeWords();
  return (
    <DataTable<Row>
      {...rest}
      label={t('page.trace')}
      rows={rows}
      rowKey={({ key }) => key}
      onOpen={({ mail }) => mail !== null && onOpen(mail)}
      columns={[
        { key: 'time', title: t('trace.time'), cell: ({ at }) => <Time at={at} /> },
        {
          key: 'way',
          title: t('trace.way'),
          cell: ({ sender, recipient }) => (
            <>
              <Foreign text={sender === null ? '—' : sender === '' ? t('queue.nullSender') : sender} /> →{' '}
              <Foreign text={recipient ?? '—'} />
            </>
          ),
        },
        {
          key: 'outcome',
          title: t('trace.outcome'),
          cell: ({ outcome }) => <StatusBadge tone={outcomeTone(outcome)}>{words(outcome)}</StatusBadge>,
        },
        {
          key: 'detail',
          title: t('queue.reason'),
          cell: ({ detail }) => <Foreign text={detail} maxLength={200} />,
        },
        {
          key: 'size',
          title: t('queue.size'),
          cell: ({ size }) => (size === null ? '—' : formatSize(size, language)),
          isEnd: true,
          isWide: true,
        },
      ]}
    />
  );
}

/** One hour that a chart has led to; null: none. */
function hourOf(at: string | undefined): { since: string; until: string } | null {
  const since = Date.parse(at ?? '');
  if (Number.isNaN(since)) return null;
  return { since: new Date(since).toISOString(), until: new Date(since + 3_600_000).toISOString() };
}

function rowsOf({ deliveries, refusals }: Answer<'GET /trace'>): Row[] {
  const ended = deliveries.map(({ mail, recipient, reversePath, endedAt, outcome, detail, size }) => ({
    key: `${mail} ${recipient} ${endedAt}`,
    at: endedAt,
    mail,
    sender: reversePath,
    recipient,
    outcome,
    detail,
    size,
  }));
  const refused = refusals.map(({ at, reversePath, recipient, reply }, index) => ({
    key: `refused ${at} ${index}`,
    at,
    mail: null,
    sender: reversePath,
    recipient,
    outcome: 'refused',
    detail: reply,
    size: null,
  }));
  return [...ended, ...refused].sort((a, b) => (a.at < b.at ? 1 : -1));
}
