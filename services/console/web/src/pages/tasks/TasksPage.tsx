// Long work, the newest first: how far it came, and taking it back.
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { tasks as english } from '../../i18n/en/tasks.ts';
import { formatNumber } from '../../i18n/format.ts';
import { addWords, useWords, type Words } from '../../i18n/index.ts';
import { tasks as russian } from '../../i18n/ru/tasks.ts';
import { Author } from '../../ui/Author.tsx';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button, Progress } from '../../ui/controls.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { StatusBadge, type Tone } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { useCursor } from '../search.ts';

addWords({ ru: russian, en: english });

type Task = Answer<'GET /tasks'>['tasks'][number];

const limit = 50;
const everyMs = 2000;
const restMs = 30_000;

const tones: Readonly<Record<Task['state'], Tone>> = {
  ...{ waiting: 'plain', running: 'warn', done: 'ok', cancelled: 'plain', failed: 'danger' },
};
const isOpen = ({ state }: Task): boolean => state === 'waiting' || state === 'running';

export function TasksPage() {
  const { t } = useWords();
  const isReadOnly = useWho().role === 'auditor';
  const cursor = useCursor('');
  const [ending, setEnding] = useState<Task | null>(null);
  const [every, setEvery] = useState(everyMs);
  const query = { limit, ...(cursor.after !== undefined && { before: Number(cursor.after) }) };
  const { data, error, isFetching, refetch } = useApi('GET /tasks', { query }, { every });
  const wanted = data === undefined || data.tasks.some(isOpen) ? everyMs : restMs;
  if (wanted !== every) setEvery(wanted);
  return (
    <Page title={t('page.tasks')} path={[t('menu.service')]}>
      <p className="p-muted">{t('tasks.intro')}</p>
      <DataTable<Task>
        label={t('page.tasks')}
        rows={data?.tasks}
        rowKey={({ id }) => String(id)}
        isFetching={isFetching && every === restMs}
        error={error}
        onRetry={refetch}
        columns={useColumns(isReadOnly ? null : setEnding)}
        empty={<Empty>{t('tasks.empty')}</Empty>}
      />
      <Pager cursor={cursor} next={data?.next == null ? null : String(data.next)} />
      {ending !== null && <Cancel task={ending} onClose={() => setEnding(null)} />}
    </Page>
  );
}

function kindWords({ kind, input }: Task, t: Words['t']): string {
  const key = `tasks.kind.${kind}`;
  const { to } = input;
  return Object.hasOwn(russian, key)
    ? t(key as keyof typeof russian, { to: typeof to === 'string' ? to : '' })
    : kind;
}

function useColumns(onEnd: ((task: Task) => void) | null): Column<Task>[] {
  const { t, language } = useWords();
  const number = (value: number) => formatNumber(value, language);
  const end: Column<Task> = {
    key: 'end',
    title: t('table.actions'),
    cell: (task) =>
      isOpen(task) && !task.isCancelled ? (
        <Button size="xs" variant="default" onClick={() => onEnd?.(task)}>
          {t('tasks.cancel')}
        </Button>
      ) : null,
  };
  return [
    {
      key: 'what',
      title: t('tasks.what'),
      cell: (task) => (
        <>
          {task.id} · <Foreign text={kindWords(task, t)} maxLength={120} />
        </>
      ),
    },
    {
      key: 'state',
      title: t('state.title'),
      cell: ({ state, fault }) => (
        <>
          <StatusBadge tone={tones[state]}>{t(`tasks.state.${state}`)}</StatusBadge>
          {fault !== null && <Foreign text={fault} maxLength={200} />}
        </>
      ),
    },
    {
      key: 'progress',
      title: t('tasks.progress'),
      cell: ({ place, total, id }) => (
        <>
          <Progress
            value={total === 0 ? 100 : (100 * place) / total}
            aria-label={`${t('tasks.progress')} ${id}`}
          />
          {t('tasks.of', { place: number(place), total: number(total) })}
        </>
      ),
    },
    {
      key: 'changed',
      title: t('tasks.changed'),
      cell: ({ changed, skipped }) => (
        <>
          {number(changed)}
          <Skipped skipped={skipped} />
        </>
      ),
    },
    { key: 'author', title: t('tasks.author'), cell: ({ author }) => <Author name={author} /> },
    { key: 'created', title: t('tasks.created'), cell: ({ createdAt }) => <Time at={createdAt} relative /> },
    ...(onEnd === null ? [] : [end]),
  ];
}

const reasons = ['unknown', 'state', 'othersRecipients'] as const;

function Skipped({ skipped }: Pick<Task, 'skipped'>) {
  const { t, language } = useWords();
  return reasons
    .filter((reason) => (skipped[reason] ?? 0) > 0)
    .map((reason) => (
      <div key={reason}>
        {t(`tasks.skipped.${reason}`, { n: formatNumber(skipped[reason] ?? 0, language) })}
      </div>
    ));
}

function Cancel({ task, onClose }: { task: Task; onClose: () => void }) {
  const { t } = useWords();
  const cancel = useChange('POST /tasks/:id/cancel', ['/tasks']);
  return (
    <Confirm
      title={kindWords(task, t)}
      verb={t('tasks.cancel')}
      isBusy={cancel.isPending}
      error={cancel.error}
      onConfirm={() => cancel.mutate({ params: { id: task.id } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {t('tasks.cancelText')}
    </Confirm>
  );
}
