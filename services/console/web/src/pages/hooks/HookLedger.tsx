// What was told to a web hook, what waits, and what was given up.
import { useState } from 'react';
import { useApi, useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, Select } from '../../ui/controls.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Failure } from '../../ui/Notice.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { toast } from '../../ui/toast.tsx';
import { useCursor } from '../search.ts';
import { eventTones, type Hook, type HookEvent, touches } from './hook-state.ts';

const limit = 20;
const states = ['waiting', 'sent', 'givenUp'] as const;
type State = (typeof states)[number];

export function HookLedger({ hook, isReadOnly }: { hook: Hook; isReadOnly: boolean }) {
  const { t } = useWords();
  const [state, setState] = useState<State | undefined>();
  const cursor = useCursor(`${hook.id} ${state ?? ''}`);
  const { id } = hook;
  const query = {
    limit,
    ...(state !== undefined && { state }),
    ...(cursor.after !== undefined && { after: cursor.after }),
  };
  const { data, error, isFetching, refetch } = useApi('GET /hooks/:id/events', { params: { id }, query });
  const redeliver = useChange('POST /hooks/:id/redeliver', touches);
  const again = (events: string[] | null): void => {
    redeliver.mutate(
      { params: { id }, body: { events } },
      { onSuccess: ({ count }) => toast(t('hooks.redelivered', { count })) },
    );
  };
  return (
    <section className="p-section" aria-labelledby="hook-ledger">
      <h3 id="hook-ledger">{t('hooks.ledger')}</h3>
      <div className="p-filters">
        <Select
          label={t('hooks.show')}
          value={state ?? 'every'}
          onChange={(chosen) => setState(states.find((one) => one === chosen))}
          data={[
            { value: 'every', label: t('hooks.every') },
            ...states.map((one) => ({ value: one, label: t(`hooks.event.${one}`) })),
          ]}
        />
        {!isReadOnly && state === 'givenUp' && (data?.events.length ?? 0) > 0 && (
          <Button variant="default" loading={redeliver.isPending} onClick={() => again(null)}>
            {t('hooks.redeliverAll')}
          </Button>
        )}
      </div>
      {redeliver.error !== null && <Failure error={redeliver.error} />}
      <DataTable<HookEvent>
        label={t('hooks.ledger')}
        rows={data?.events}
        rowKey={({ id: event }) => event}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        columns={useColumns(isReadOnly ? null : (event) => again([event]))}
        empty={<Empty>{t('hooks.ledgerEmpty')}</Empty>}
      />
      <Pager cursor={cursor} next={data?.next ?? null} />
    </section>
  );
}

function useColumns(onAgain: ((event: string) => void) | null): Column<HookEvent>[] {
  const { t } = useWords();
  const again: Column<HookEvent> = {
    key: 'again',
    title: t('table.actions'),
    cell: ({ id, state }) =>
      state === 'waiting' ? null : (
        <Button size="xs" variant="default" onClick={() => onAgain?.(id)}>
          {t('hooks.redeliver')}
        </Button>
      ),
  };
  return [
    {
      key: 'event',
      title: t('hooks.event'),
      cell: ({ kind, recipient, occurredAt }) => (
        <>
          {t(`hooks.kind.${kind}`)} <Time at={occurredAt} />
          {recipient !== null && (
            <div className="p-muted">
              <Foreign text={recipient} maxLength={100} />
            </div>
          )}
        </>
      ),
    },
    {
      key: 'state',
      title: t('state.title'),
      cell: ({ state, dueAt }) => (
        <>
          <StatusBadge tone={eventTones[state]}>{t(`hooks.event.${state}`)}</StatusBadge>
          {dueAt !== null && <Time at={dueAt} />}
        </>
      ),
    },
    { key: 'attempts', title: t('hooks.attempts'), cell: ({ attempts }) => attempts, isEnd: true },
    {
      key: 'answer',
      title: t('hooks.answer'),
      cell: ({ lastStatus, lastAnswer }) => (
        <Foreign text={`${lastStatus ?? ''} ${lastAnswer ?? ''}`.trim()} maxLength={120} />
      ),
    },
    ...(onAgain === null ? [] : [again]),
  ];
}
