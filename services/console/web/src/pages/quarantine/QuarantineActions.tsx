// What can be done with mails of the quarantine. A virus is let go only after its filter's name was typed.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button, Select, TextInput } from '../../ui/controls.ts';
import { Notice } from '../../ui/Notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { add, nothingDone, type Outcome, outcomeWords } from '../queue/outcome.ts';

export type Doing = 'release' | 'approve' | 'delete' | null;

interface Chosen {
  mail: string;
  filter: string;
  reason: string;
  recipients: readonly string[];
  recipientCount: number;
}

interface ActionsProps {
  mails: readonly Chosen[];
  onDone: () => void;
  /** Who opens the dialogs besides the buttons; left out: nobody. */
  doing?: Doing;
  onDoing?: (doing: Doing) => void;
}

/** What it holds goes on with a reason, and not without. */
const DLP = 'dlp';
const touches = ['/quarantine', '/queue', '/trace'];
/** So many are deleted only after their number was typed. */
const many = 20;

export function QuarantineActions({ mails, onDone, doing: given, onDoing }: ActionsProps) {
  const { t } = useWords();
  const [own, setOwn] = useState<Doing>(null);
  const doing = given ?? own;
  const setDoing = onDoing ?? setOwn;
  const isDlp = mails.every(({ filter }) => filter === DLP);
  const shown = isDlp ? (['approve', 'delete'] as const) : (['release', 'delete'] as const);
  return (
    <div className="p-actions">
      {shown.map((action) => (
        <Button
          key={action}
          size="xs"
          variant={action === 'delete' ? 'outline' : 'default'}
          {...(action === 'delete' && { color: 'red' })}
          onClick={() => setDoing(action)}
        >
          {t(`quarantine.action.${action}`)}
        </Button>
      ))}
      {doing !== null && (
        <Act
          action={doing === 'release' && isDlp ? 'approve' : doing}
          mails={mails}
          onClose={() => setDoing(null)}
          onDone={() => {
            setDoing(null);
            onDone();
          }}
        />
      )}
    </div>
  );
}

interface ActProps {
  action: NonNullable<Doing>;
  mails: readonly Chosen[];
  onDone: () => void;
  onClose: () => void;
}

/** One request for each filter: a release is of what one filter holds, and what DLP holds is approved. */
async function act(
  action: NonNullable<Doing>,
  mails: readonly Chosen[],
  { recipient, comment }: { recipient: string; comment: string },
): Promise<Outcome> {
  const only = recipient === '' ? {} : { recipient };
  const outcome = nothingDone();
  for (const [filter, some] of Map.groupBy(mails, (one) => one.filter)) {
    const ids = some.map(({ mail }) => mail);
    const isApproval = action !== 'delete' && filter === DLP;
    add(
      outcome,
      isApproval
        ? await call('POST /quarantine/approve', { body: { mails: ids, comment, ...only } })
        : await call(`POST /quarantine/${action}`, { body: { mails: ids, filter, ...only } }),
    );
  }
  return outcome;
}

/** What has to be typed before: the name of what was found, or how many are lost. */
function typedFor(action: NonNullable<Doing>, mails: readonly Chosen[]): string | undefined {
  if (action === 'delete') return mails.length > many ? String(mails.length) : undefined;
  const infected = mails.find(({ filter }) => filter === 'antivirus');
  if (action !== 'release' || infected === undefined) return undefined;
  return /infected: (\S{1,60})/.exec(infected.reason)?.[1] ?? 'antivirus';
}

function Act({ action, mails, onDone, onClose }: ActProps) {
  const words = useWords();
  const { t } = words;
  const [recipient, setRecipient] = useState('');
  const [comment, setComment] = useState('');
  const acting = useMutation({
    mutationFn: () => act(action, mails, { recipient, comment }),
    onSuccess: (outcome) => {
      toast(outcomeWords(outcome, words));
      onDone();
    },
    onSettled: () => refresh(touches),
  });
  const typed = typedFor(action, mails);
  const needsReason = action !== 'delete' && mails.some(({ filter }) => filter === DLP);
  const [only] = mails;
  const isOfMany = mails.length === 1 && only !== undefined && only.recipientCount > 1;
  return (
    <Confirm
      title={t(`quarantine.action.${action}`)}
      verb={t(`quarantine.verb.${action}`, { count: mails.length })}
      isDangerous={action === 'delete' || typed !== undefined}
      {...(typed !== undefined && { typed })}
      isReady={!needsReason || comment.trim() !== ''}
      isBusy={acting.isPending}
      error={acting.error}
      onConfirm={() => acting.mutate()}
      onClose={onClose}
    >
      {action === 'release' && typed !== undefined && <Notice tone="danger">{t('quarantine.virus')}</Notice>}
      <p>{t(`quarantine.text.${action}`)}</p>
      {isOfMany && (
        <Select
          label={t('quarantine.for')}
          value={recipient}
          onChange={(chosen) => setRecipient(chosen ?? '')}
          data={[
            { value: '', label: t('quarantine.forAll') },
            ...only.recipients.map((one) => ({ value: one, label: one })),
          ]}
        />
      )}
      {needsReason && (
        <TextInput
          label={t('quarantine.comment')}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          maxLength={400}
          autoComplete="off"
          data-autofocus
        />
      )}
    </Confirm>
  );
}
