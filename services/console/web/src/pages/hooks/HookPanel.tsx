// One web hook over the list: how telling it goes, its fields, a test, another secret, its ledger.
import { type ReactNode, useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button } from '../../ui/controls.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Failure, Notice } from '../../ui/Notice.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { toast } from '../../ui/toast.tsx';
import { bodyOf, HookFields, type HookForm, isComplete } from './HookFields.tsx';
import { HookLedger } from './HookLedger.tsx';
import { HookSecret } from './HookSecret.tsx';
import { type Hook, stateOf, stateTones, touches } from './hook-state.ts';

interface HookPanelProps {
  hook: Hook;
  isReadOnly: boolean;
  onClose: () => void;
}

export function HookPanel({ hook, isReadOnly, onClose }: HookPanelProps) {
  const { t } = useWords();
  const { name, url, enabled, kinds, domains, withSubject } = hook;
  const [form, setForm] = useState<HookForm>({
    name,
    url,
    enabled,
    kinds,
    domains: domains ?? [],
    withSubject,
  });
  const save = useChange('PUT /hooks/:id', touches);
  const saved = () => {
    toast(t('hooks.saved'));
    onClose();
  };
  return (
    <SidePanel title={name} onClose={onClose} size={680}>
      {hook.pausedAt !== null && <Notice tone="danger">{t('hooks.pausedText')}</Notice>}
      {hook.overflowedAt !== null && <Notice tone="danger">{t('hooks.overflowText')}</Notice>}
      <HookFacts hook={hook} />
      {!isReadOnly && (
        <>
          <Decide hook={hook} onRemoved={onClose} />
          <HookFields form={form} onChange={(part) => setForm({ ...form, ...part })} />
          {save.error !== null && <Failure error={save.error} />}
          <div className="p-actions p-gap">
            <Button
              disabled={!isComplete(form)}
              loading={save.isPending}
              onClick={() =>
                save.mutate({ params: { id: hook.id }, body: bodyOf(form) }, { onSuccess: saved })
              }
            >
              {t('action.save')}
            </Button>
          </div>
        </>
      )}
      <HookLedger hook={hook} isReadOnly={isReadOnly} />
    </SidePanel>
  );
}

function HookFacts({ hook }: { hook: Hook }) {
  const { t } = useWords();
  const { domains, lastSuccessAt, lastFault, failingSince, nextAt, previousUntil } = hook;
  const time = (title: string, at: string | null): [string, ReactNode] | null =>
    at === null ? null : [title, <Time key={title} at={at} />];
  return (
    <Facts
      facts={[
        [
          t('state.title'),
          <StatusBadge key="state" tone={stateTones[stateOf(hook)]}>
            {t(`hooks.state.${stateOf(hook)}`)}
          </StatusBadge>,
        ],
        [t('hooks.url'), <Foreign key="url" text={hook.url} maxLength={400} />],
        [t('hooks.domains'), domains?.join(', ') ?? t('hooks.allDomains')],
        time(t('hooks.lastTaken'), lastSuccessAt),
        time(t('hooks.failingSince'), failingSince),
        lastFault === null
          ? null
          : [t('hooks.lastFault'), <Foreign key="fault" text={lastFault} maxLength={400} />],
        time(t('hooks.nextAt'), nextAt),
        time(t('hooks.previousUntil'), previousUntil),
      ]}
    />
  );
}

function Decide({ hook, onRemoved }: { hook: Hook; onRemoved: () => void }) {
  const { t } = useWords();
  const [asking, setAsking] = useState<'rotate' | 'remove' | null>(null);
  const params = { id: hook.id };
  const test = useChange('POST /hooks/:id/test', touches);
  const rotate = useChange('POST /hooks/:id/secret', touches);
  const remove = useChange('DELETE /hooks/:id', touches);
  return (
    <>
      <div className="p-actions p-gap">
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate({ params })}>
          {t('hooks.test')}
        </Button>
        <Button variant="default" onClick={() => setAsking('rotate')}>
          {t('hooks.rotate')}
        </Button>
        <Button variant="outline" color="red" onClick={() => setAsking('remove')}>
          {t('hooks.remove')}
        </Button>
      </div>
      <div aria-live="polite">
        {test.error !== null && <Failure error={test.error} />}
        {test.data !== undefined && <TestAnswer {...test.data.answer} />}
        {rotate.data !== undefined && <HookSecret value={rotate.data.secret} />}
      </div>
      {asking === 'rotate' && (
        <Confirm
          title={hook.name}
          verb={t('hooks.rotate')}
          isBusy={rotate.isPending}
          error={rotate.error}
          onConfirm={() =>
            rotate.mutate({ params, body: { overlapHours: 24 } }, { onSuccess: () => setAsking(null) })
          }
          onClose={() => setAsking(null)}
        >
          {t('hooks.rotateText')}
        </Confirm>
      )}
      {asking === 'remove' && (
        <Confirm
          title={hook.name}
          verb={t('hooks.remove')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params }, { onSuccess: onRemoved })}
          onClose={() => setAsking(null)}
        >
          {t('hooks.removeText')}
        </Confirm>
      )}
    </>
  );
}

interface TestAnswerProps {
  isTaken: boolean;
  status: number | null;
  answer: string;
  milliseconds: number;
}

function TestAnswer({ isTaken, status, answer, milliseconds }: TestAnswerProps) {
  const { t } = useWords();
  const said = `${status === null ? '' : `HTTP ${status} `}${answer}`.trim();
  if (isTaken) return <Notice tone="ok">{t('hooks.testTaken', { ms: milliseconds })}</Notice>;
  return (
    <Notice tone="danger">
      <Foreign text={t('hooks.testFailed', { answer: said })} maxLength={400} />
    </Notice>
  );
}
