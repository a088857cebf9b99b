// Mail that is not at its end yet: why it waits, when it is tried next, and what can be done with it.
import { type ReactNode, useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { formatSize } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Select } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { Filtered } from '../Filtered.tsx';
import { useCursor, useView } from '../search.ts';
import { MailPanel } from './MailPanel.tsx';
import { QueueActions } from './QueueActions.tsx';
import { stateTones } from './states.ts';

type QueuedMail = Answer<'GET /queue'>['mails'][number];

const limit = 50;
const states = ['active', 'parked', 'held', 'scheduled'] as const;
type State = (typeof states)[number];

export function QueuePage() {
  const { t } = useWords();
  const isReadOnly = useWho().role === 'auditor';
  const [view, setView] = useView();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { sender, recipient, open } = view;
  const state = states.find((one) => one === view.state);
  const cursor = useCursor(`${state ?? ''} ${sender ?? ''} ${recipient ?? ''}`);
  const { data, error, isFetching, refetch } = useApi(
    'GET /queue',
    { query: { limit, state, sender, recipient, after: cursor.after } },
    { every: 10_000 },
  );
  const isFiltered = state !== undefined || sender !== undefined || recipient !== undefined;
  return (
    <Page title={t('page.queue')} path={[t('menu.mail')]}>
      <div className="p-filters">
        <Select
          label={t('state.title')}
          value={state ?? ''}
          onChange={(chosen) => setView({ state: chosen ?? undefined })}
          data={[
            { value: '', label: t('queue.allStates') },
            ...states.map((one: State) => ({ value: one, label: t(`queue.state.${one}`) })),
          ]}
        />
        <FilterField
          label={t('queue.sender')}
          value={sender ?? ''}
          onChange={(text) => setView({ sender: text })}
        />
        <FilterField
          label={t('queue.recipient')}
          value={recipient ?? ''}
          onChange={(text) => setView({ recipient: text })}
        />
      </div>
      <MailTable
        mails={data?.mails}
        error={error}
        isFetching={isFetching}
        onRetry={() => void refetch()}
        onOpen={(mail) => setView({ open: mail })}
        selection={isReadOnly ? undefined : { keys: selected, onChange: setSelected }}
        empty={
          isFiltered ? (
            <Filtered
              onReset={() => setView({ state: undefined, sender: undefined, recipient: undefined })}
            />
          ) : (
            <Empty>{t('queue.empty')}</Empty>
          )
        }
      />
      <Pager cursor={cursor} next={data?.next}>
        {data !== undefined && t('queue.total', { count: data.total })}
      </Pager>
      {selected.size > 0 && (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        <div className="p-bar" role="region" aria-label={t('queue.selection')}>
          <span aria-live="polite">{t('queue.selected', { count: selected.size })}</span>
          <QueueActions mails={[...selected]} onDone={() => setSelected(new Set())} />
        </div>
      )}
      {open !== undefined && (
        <MailPanel mail={open} isReadOnly={isReadOnly} onClose={() => setView({ open: undefined })} />
      )}
    </Page>
  );
}

interface MailTableProps {
  mails: readonly QueuedMail[] | undefined;
  error: unknown;
  isFetching: boolean;
  onRetry: () => void;
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
        {
          key: 'sender',
          title: t('queue.sender'),
          cell: ({ reversePath }) =>
            reversePath === '' ? (
              <span className="p-muted">{t('queue.nullSender')}</span>
            ) : (
              <Foreign text={reversePath} />
            ),
        },
        {
          key: 'recipient',
          title: t('queue.recipient'),
          cell: ({ recipients, recipientCount }) => (
            <>
              <Foreign text={recipients[0]?.address ?? '—'} />
              {recipientCount > 1 && <span className="p-muted"> +{recipientCount - 1}</span>}
            </>
          ),
        },
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
        { key: 'next', title: t('queue.next'), cell: ({ dueAt }) => <Time at={dueAt} relative /> },
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

function Reason({ mail }: { mail: QueuedMail }) {
  const { t } = useWords();
  const reply = mail.recipients.find(({ lastReply }) => lastReply !== null)?.lastReply ?? null;
  const reason = mail.reason ?? reply;
  return (
    <>
      {mail.heldBy !== null && (
        <div>{t(`queue.heldBy.${mail.heldBy}`, { filter: mail.heldFilter ?? '' })}</div>
      )}
      {reason !== null && (
        <div className="p-small p-muted">
          <Foreign text={reason} maxLength={160} />
        </div>
      )}
    </>
  );
}
