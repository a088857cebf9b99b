// What the filters hold, newest first: found, looked at, let go or deleted.
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { quarantine as english } from '../../i18n/en/quarantine.ts';
import { formatSize } from '../../i18n/format.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { quarantine as russian } from '../../i18n/ru/quarantine.ts';
import { Select } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Filters } from '../../ui/Filters.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { Time } from '../../ui/Time.tsx';
import { Filtered } from '../Filtered.tsx';
import { filterWords } from '../queue/states.ts';
import { sinceOf, useCursor, useView, type View } from '../search.ts';
import { Expires } from './Expires.tsx';
import { QuarantineActions } from './QuarantineActions.tsx';
import { QuarantinePanel } from './QuarantinePanel.tsx';
import { Subject } from './Subject.tsx';

addWords({ ru: russian, en: english });

type Held = Answer<'GET /quarantine'>['mails'][number];

const limit = 50;
const filters = ['antivirus', 'dkim', 'dlp'] as const;
const hours = ['24', '168', '720'] as const;
const none = { filter: undefined, hours: undefined, sender: undefined, recipient: undefined };

function queryOf(view: View) {
  const { filter, sender, recipient } = view;
  const range = hours.find((one) => one === view.hours);
  return {
    ...(filter !== undefined && { filter }),
    ...(sender !== undefined && { sender }),
    ...(recipient !== undefined && { recipient }),
    ...(range !== undefined && { since: sinceOf(Number(range)) }),
  };
}

export function QuarantinePage() {
  const { t } = useWords();
  const isReadOnly = useWho().role === 'auditor';
  const [view, setView] = useView();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const query = queryOf(view);
  // The page after is of what is older; a range that moves on with the time is the same question.
  const cursor = useCursor(JSON.stringify([view.filter, view.hours, view.sender, view.recipient]));
  const { data, error, isFetching, refetch } = useApi(
    'GET /quarantine',
    { query: { limit, after: cursor.after, ...query } },
    { every: 30_000 },
  );
  const chosen = data?.mails.filter(({ mail }) => selected.has(mail)) ?? [];
  const next = nextAfter(data?.mails ?? [], view.open);
  return (
    <Page title={t('page.quarantine')} path={[t('menu.mail')]}>
      <p className="p-muted">{t('quarantine.intro')}</p>
      <QuarantineFilters view={view} onChange={setView} />
      <DataTable<Held>
        label={t('page.quarantine')}
        rows={data?.mails}
        error={error}
        isFetching={isFetching}
        onRetry={() => void refetch()}
        rowKey={({ mail }) => mail}
        rowName={({ subject, reversePath }) => subject || reversePath}
        onOpen={({ mail }) => setView({ open: mail })}
        selection={isReadOnly ? undefined : { keys: selected, onChange: setSelected }}
        empty={
          Object.keys(query).length > 0 ? (
            <Filtered onReset={() => setView(none)} />
          ) : (
            <Empty>{t('quarantine.empty')}</Empty>
          )
        }
        columns={useColumns()}
      />
      <Pager cursor={cursor} next={data?.next}>
        {data !== undefined &&
          data.total > 0 &&
          t(data.isTotalExact ? 'quarantine.total' : 'quarantine.totalMore', { count: data.total })}
      </Pager>
      {chosen.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        <div className="p-bar p-bar-many" role="region" aria-label={t('queue.selection')}>
          <span aria-live="polite">{t('queue.selected', { count: chosen.length })}</span>
          <QuarantineActions mails={chosen} onDone={() => setSelected(new Set())} />
        </div>
      )}
      {view.open !== undefined && (
        <QuarantinePanel
          key={view.open}
          mail={view.open}
          isReadOnly={isReadOnly}
          onNext={next === undefined ? undefined : () => setView({ open: next })}
          onClose={() => setView({ open: undefined })}
        />
      )}
    </Page>
  );
}

function nextAfter(mails: readonly Held[], open: string | undefined): string | undefined {
  const place = mails.findIndex(({ mail }) => mail === open);
  return place < 0 ? undefined : mails[place + 1]?.mail;
}

interface FiltersProps {
  view: View;
  onChange: (change: Record<string, string | undefined>) => void;
}

function QuarantineFilters({ view, onChange }: FiltersProps) {
  const { t } = useWords();
  return (
    <Filters isActive={Object.keys(queryOf(view)).length > 0}>
      <Select
        label={t('quarantine.filter')}
        value={view.filter ?? ''}
        onChange={(chosen) => onChange({ filter: chosen ?? undefined })}
        data={[
          { value: '', label: t('quarantine.allFilters') },
          ...filters.map((one) => ({ value: one, label: filterWords(one, t) })),
        ]}
      />
      <Select
        label={t('trace.range')}
        value={view.hours ?? ''}
        onChange={(chosen) => onChange({ hours: chosen ?? undefined })}
        data={[
          { value: '', label: t('quarantine.anyTime') },
          ...hours.map((one) => ({ value: one, label: t(`trace.hours.${one}`) })),
        ]}
      />
      {(['sender', 'recipient'] as const).map((name) => (
        <FilterField
          key={name}
          label={t(`queue.${name}`)}
          value={view[name] ?? ''}
          onChange={(text) => onChange({ [name]: text })}
        />
      ))}
    </Filters>
  );
}

function useColumns() {
  const { t, language } = useWords();
  return [
    { key: 'way', title: t('trace.way'), cell: (mail: Held) => <Way mail={mail} /> },
    {
      key: 'subject',
      title: t('quarantine.subject'),
      cell: ({ subject }: Held) => <Subject text={subject} maxLength={120} />,
    },
    {
      key: 'reason',
      title: t('quarantine.filter'),
      cell: ({ filter, reason }: Held) => (
        <>
          {filterWords(filter, t)}
          <div className="p-small p-muted">
            <Foreign text={reason} maxLength={160} />
          </div>
        </>
      ),
    },
    {
      key: 'held',
      title: t('quarantine.heldAt'),
      cell: ({ heldAt }: Held) => <Time at={heldAt} relative />,
    },
    {
      key: 'expires',
      title: t('quarantine.expires'),
      cell: ({ expiresAt }: Held) => <Expires at={expiresAt} relative />,
    },
    {
      key: 'size',
      title: t('queue.size'),
      cell: ({ size }: Held) => formatSize(size, language),
      isEnd: true,
      isWide: true,
    },
  ];
}

function Way({ mail: { reversePath, recipients, recipientCount } }: { mail: Held }) {
  const { t } = useWords();
  return (
    <>
      {reversePath === '' ? (
        <span className="p-muted">{t('queue.nullSender')}</span>
      ) : (
        <Foreign text={reversePath} />
      )}
      <div>
        → <Foreign text={recipients[0] ?? '—'} />
        {recipientCount > 1 && <span className="p-muted"> +{recipientCount - 1}</span>}
      </div>
    </>
  );
}
