// What can be done with mails of the queue; each says what happens and to whom before it does.
import { useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/toast.tsx';

type Action = 'retry' | 'hold' | 'release' | 'return' | 'delete';
type Doing = Action | 'redirect' | null;

const actions: readonly Action[] = ['retry', 'hold', 'release', 'return', 'delete'];
const touches = ['/queue', '/trace'];
/** So many are deleted only after their number was typed. */
const many = 20;

interface QueueActionsProps {
  mails: string[];
  onDone: () => void;
}

export function QueueActions({ mails, onDone }: QueueActionsProps) {
  const { t } = useWords();
  const [doing, setDoing] = useState<Doing>(null);
  const done = () => {
    setDoing(null);
    onDone();
  };
  return (
    <div className="p-actions">
      {actions.map((action) => (
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
      {doing === 'redirect' && <Redirect mails={mails} onDone={done} onClose={() => setDoing(null)} />}
      {doing !== null && doing !== 'redirect' && (
        <Act action={doing} mails={mails} onDone={done} onClose={() => setDoing(null)} />
      )}
    </div>
  );
}

interface ActProps extends QueueActionsProps {
  onClose: () => void;
}

function useOutcome(onDone: () => void) {
  const { t } = useWords();
  return ({ done, skipped }: { done: string[]; skipped: string[] }) => {
    const words = t('queue.done', { count: done.length });
    toast(skipped.length === 0 ? words : `${words} ${t('queue.skipped', { count: skipped.length })}`);
    onDone();
  };
}

function Act({ action, mails, onDone, onClose }: ActProps & { action: Action }) {
  const { t } = useWords();
  const act = useChange(`POST /queue/${action}`, touches);
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
      onConfirm={() => act.mutate({ body: { mails } }, { onSuccess })}
      onClose={onClose}
    >
      {t(`queue.text.${action}`)}
    </Confirm>
  );
}

function Redirect({ mails, onDone, onClose }: ActProps) {
  const { t } = useWords();
  const [to, setTo] = useState('');
  const redirect = useChange('POST /queue/redirect', touches);
  const onSuccess = useOutcome(onDone);
  return (
    <Dialog
      title={t('queue.action.redirect')}
      verb={t('queue.verb.redirect', { count: mails.length })}
      isBusy={redirect.isPending}
      isReady={to.includes('@')}
      error={redirect.error}
      onSubmit={() => redirect.mutate({ body: { mails, to: to.trim() } }, { onSuccess })}
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
