// A step that is put off: asked why, then shown with who said so and when, and taken up again.
import type { FirstStep } from '@pochtar/bus';
import { useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Author } from '../../ui/Author.tsx';
import { Button, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Failure } from '../../ui/Notice.tsx';
import { Time } from '../../ui/Time.tsx';
import type { PutOff } from './steps.ts';

/** As the server takes it. */
const maxReason = 200;

/** The heading of the step: its buttons are called alike, and told by it. */
export function titleOf(step: FirstStep): string {
  return `step-${step}`;
}

export function PutOffButton({ step }: { step: FirstStep }) {
  const { t } = useWords();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <Button variant="subtle" size="xs" aria-describedby={titleOf(step)} onClick={() => setIsAsking(true)}>
        {t('start.putOff.do')}
      </Button>
      {isAsking && <PutOffDialog step={step} onClose={() => setIsAsking(false)} />}
    </>
  );
}

function PutOffDialog({ step, onClose }: { step: FirstStep; onClose: () => void }) {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  const putOff = useChange('PUT /steps/:step', ['/steps']);
  const submit = () =>
    putOff.mutate({ params: { step }, body: { reason: reason.trim() } }, { onSuccess: onClose });
  return (
    <Dialog
      title={`${t('start.putOff.title')}: ${t(`start.${step}`)}`}
      verb={t('start.putOff.do')}
      isBusy={putOff.isPending}
      isReady={reason.trim() !== ''}
      error={putOff.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label={t('start.putOff.reason')}
        description={t('start.putOff.help')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={maxReason}
        autoComplete="off"
        data-autofocus
      />
    </Dialog>
  );
}

export function PutOffNote({ putOff: { step, reason, author, putOffAt } }: { putOff: PutOff }) {
  const { t } = useWords();
  const resume = useChange('DELETE /steps/:step', ['/steps']);
  return (
    <>
      <p className="p-step-text">
        {t('start.putOff.because')}: <Foreign text={reason} /> — <Author name={author} />,{' '}
        <Time at={putOffAt} />
      </p>
      <Button
        variant="default"
        aria-describedby={titleOf(step)}
        loading={resume.isPending}
        onClick={() => resume.mutate({ params: { step } })}
      >
        {t('start.putOff.resume')}
      </Button>
      {resume.error !== null && <Failure error={resume.error} />}
    </>
  );
}
