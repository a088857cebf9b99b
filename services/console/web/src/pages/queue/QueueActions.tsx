// What can be done with mails of the queue; each says what happens and to whom before it does.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import { tasks as english } from '../../i18n/en/tasks.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { tasks as russian } from '../../i18n/ru/tasks.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/toast.tsx';
import { add, nothingDone, type Outcome, outcomeWords } from './outcome.ts';
import type { QueueQuery } from './QueueFilters.tsx';

addWords({ ru: russian, en: english });

type Action = 'retry' | 'hold' | 'release' | 'return' | 'delete';
type Doing = Action | 'redirect' | null;

const actions: readonly Action[] = ['retry', 'hold', 'release', 'return', 'delete'];
const touches = ['/queue', '/trace', '/tasks'];
/** So many are deleted only after their number was typed. */
const many = 20;

interface QueueActionsProps {
  mails: string[];
  /** All that it finds were chosen: many of them are a task of the server. */
  whole?: QueueQuery | undefined;
  /** Of all of them, where it is known: only what helps in it is offered. */
  state?: 'active' | 'parked' | 'held' | 'scheduled';
  onDone: () => void;
}

/** What is held is released, and nothing else is. */
const idle: Readonly<Record<NonNullable<QueueActionsProps['state']>, readonly Action[]>> = {
  held: ['retry', 'hold'],
  parked: ['release'],
  scheduled: ['release'],
  active: ['release'],
};

export function QueueActions({ mails, whole, state, onDone }: QueueActionsProps) {
  const { t } = useWords();
  const [doing, setDoing] = useState<Doing>(null);
  const done = () => {
    setDoing(null);
    onDone();
  };
  return (
    <div className="p-actions">
      {actions
        .filter((action) => state === undefined || !idle[state].includes(action))
        .map((action) => (
          <Button
            key={action}
            size="xs"
            variant={action === 'delete' ? 'outline' : 'default'}
            {...(action === 'delete' && { color: 'red' })}
            onClick={() => setDoing(action)}
          >
            {t(`queue.action.${action}`)}
          </Button>
        ))}
      <Button size="xs" variant="default" onClick={() => setDoing('redirect')}>
        {t('queue.action.redirect')}
      </Button>
      {doing === 'redirect' && (
        <Redirect mails={mails} whole={whole} onDone={done} onClose={() => setDoing(null)} />
      )}
      {doing !== null && doing !== 'redirect' && (
        <Act action={doing} mails={mails} whole={whole} onDone={done} onClose={() => setDoing(null)} />
      )}
    </div>
  );
}

interface ActProps extends QueueActionsProps {
  onClose: () => void;
}

function useOutcome(onDone: () => void) {
  const words = useWords();
  return ({ task, ...outcome }: Outcome & { task: number | null }) => {
    toast(task === null ? outcomeWords(outcome, words) : words.t('tasks.begun', { id: task }));
    onDone();
  };
}

/** So many go with one request. */
const slice = 500;

interface Selected {
  mails: readonly string[];
  whole?: QueueQuery | undefined;
}

/** Null: there are few enough to do it at once. */
async function beginTask(
  action: Action | 'redirect',
  { mails, whole }: Selected,
  to?: string,
): Promise<number | null> {
  if (whole === undefined || mails.length <= slice) return null;
  const body = { ...whole, action, ...(to !== undefined && { to }) };
  return (await call('POST /queue/tasks', { body })).task.id;
}

interface Wanted {
  mails: readonly string[];
  /** The number of the task that does it; null: it is done here. */
  begin: () => Promise<number | null>;
}

/** One action on any number of mails, as a task or a slice at a time. */
function useSlices(act: (mails: string[]) => Promise<Outcome>) {
  return useMutation({
    mutationFn: async ({ mails, begin }: Wanted) => {
      const task = await begin();
      const outcome = { ...nothingDone(), task };
      if (task !== null) return outcome;
      for (let at = 0; at < mails.length; at += slice) add(outcome, await act(mails.slice(at, at + slice)));
      return outcome;
    },
    onSettled: () => refresh(touches),
  });
}

function Act({ action, mails, whole, onDone, onClose }: ActProps & { action: Action }) {
  const { t } = useWords();
  const act = useSlices((some) => call(`POST /queue/${action}`, { body: { mails: some } }));
  const onSuccess = useOutcome(onDone);
  const count = mails.length;
  return (
    <Confirm
      title={t(`queue.action.${action}`)}
      verb={t(`queue.verb.${action}`, { count })}
      isDangerous={action === 'delete' || action === 'return'}
      {...(action === 'delete' && count > many && { typed: String(count) })}
      isBusy={act.isPending}
      error={act.error}
      onConfirm={() => act.mutate({ mails, begin: () => beginTask(action, { mails, whole }) }, { onSuccess })}
      onClose={onClose}
    >
      {t(`queue.text.${action}`)}
    </Confirm>
  );
}

function Redirect({ mails, whole, onDone, onClose }: ActProps) {
  const { t } = useWords();
  const [to, setTo] = useState('');
  const redirect = useSlices((some) =>
    call('POST /queue/redirect', { body: { mails: some, to: to.trim() } }),
  );
  const onSuccess = useOutcome(onDone);
  return (
    <Dialog
      title={t('queue.redirect')}
      verb={t('queue.verb.redirect', { count: mails.length })}
      isBusy={redirect.isPending}
      isReady={to.includes('@')}
      error={redirect.error}
      onSubmit={() =>
        redirect.mutate(
          { mails, begin: () => beginTask('redirect', { mails, whole }, to.trim()) },
          { onSuccess },
        )
      }
      onClose={onClose}
    >
      <p>{t('queue.text.redirect')}</p>
      <TextInput
        label={t('queue.redirectTo')}
        value={to}
        onChange={(event) => setTo(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
    </Dialog>
  );
}
