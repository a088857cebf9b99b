// From an empty installation to a working domain: what is needed, in the order in which one depends on the other. Each step
// looks for itself whether it is done, and is done here where that is one field.
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useWords } from '../../i18n/index.ts';
import { ownPage } from '../../navigation.ts';
import { Button } from '../../ui/controls.ts';
import { Foreign } from '../../ui/Foreign.tsx';
import { Go } from '../../ui/Go.tsx';
import { Failure, Notice } from '../../ui/Notice.tsx';
import { Block, Page } from '../../ui/Page.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { PutOffButton, PutOffNote, titleOf } from './PutOff.tsx';
import { SettingStep } from './SettingStep.tsx';
import { ownDomains, type Progress, progressOf, type Step, stepsOf, useKnown } from './steps.ts';
import { TestMail } from './TestMail.tsx';

const AddDomain = lazy(async () => ({ default: (await import('../domains/AddDomain.tsx')).AddDomain }));
const AddAccount = lazy(async () => ({ default: (await import('../accounts/AddAccount.tsx')).AddAccount }));

/** A test mail is waited for here. */
const everyMs = 5000;

export function StartPage() {
  const { t } = useWords();
  const known = useKnown(true, everyMs);
  const steps = stepsOf(known);
  const progress = progressOf(steps);
  const next = steps.find((one) => one.isDone === false && !one.isOptional && one.putOff === undefined)?.id;
  return (
    <Page title={t('page.start')}>
      {known.error !== null && <Failure error={known.error} onRetry={known.askAgain} />}
      <div aria-live="polite">
        {progress?.isOver === true ? (
          <Notice tone="ok">
            {progress.putOff === 0 ? t('start.over') : t('start.overPutOff', { putOff: progress.putOff })}
          </Notice>
        ) : (
          <p className="p-muted">
            {progress === null
              ? known.error === null && t('state.loading')
              : t(progress.putOff === 0 ? 'start.progress' : 'start.progressPutOff', counts(progress))}
          </p>
        )}
      </div>
      {steps.map((step, index) => (
        <StepBlock
          key={step.id}
          step={step}
          number={index + 1}
          isNext={step.id === next}
          isSilent={known.error !== null}
        >
          <Act step={step} known={known} />
        </StepBlock>
      ))}
    </Page>
  );
}

function counts({ done, total, putOff }: Progress) {
  return { done, total, putOff };
}

interface StepBlockProps {
  step: Step;
  number: number;
  isNext: boolean;
  /** Nobody answers: what is not known is not being looked at either. */
  isSilent: boolean;
  children: ReactNode;
}

function StepBlock({ step, number, isNext, isSilent, children }: StepBlockProps) {
  const { t } = useWords();
  const { id, putOff } = step;
  const state = isSilent && step.isDone === undefined ? 'silent' : stateOf(step);
  return (
    <Block
      title={<span id={titleOf(id)}>{`${number}. ${t(`start.${id}`)}`}</span>}
      aside={
        <div className="p-actions">
          {(state === 'todo' || state === 'optional') && <PutOffButton step={id} />}
          <StatusBadge tone={state === 'done' ? 'ok' : isNext ? 'warn' : 'plain'}>
            {isNext ? t('start.next') : t(`start.${state}`)}
          </StatusBadge>
        </div>
      }
    >
      <p className="p-step-text">
        {t(id === 'certificate' && state === 'done' ? 'start.done.certificate' : `start.text.${id}`)}
      </p>
      {putOff === undefined ? children : <PutOffNote putOff={putOff} />}
    </Block>
  );
}

function stateOf({ isDone, isOptional, putOff }: Step) {
  if (isDone === undefined) return 'unknown';
  if (isDone) return 'done';
  if (putOff !== undefined) return 'putOff';
  return isOptional ? 'optional' : 'todo';
}

interface ActProps {
  step: Step;
  known: ReturnType<typeof useKnown>;
}

function Act({ step: { id }, known }: ActProps) {
  const { t } = useWords();
  const [isAdding, setIsAdding] = useState(false);
  const { sections, domains = [], deliveries } = known;
  const [own] = ownDomains(domains);
  const first = own ?? domains[0];
  const adding = (dialog: ReactNode) => isAdding && <Suspense fallback={null}>{dialog}</Suspense>;
  switch (id) {
    case 'password':
      return <Go to={ownPage}>{t('start.go.password')}</Go>;
    case 'organisation':
      return (
        <SettingStep
          sections={sections}
          section="general"
          field="organisation"
          label={t('start.organisation')}
        />
      );
    case 'name':
      return <SettingStep sections={sections} section="general" field="heloName" label={t('start.name')} />;
    case 'alert':
      return <SettingStep sections={sections} section="alerts" field="address" label={t('start.alert')} />;
    case 'domain':
      return (
        <div className="p-actions">
          {first !== undefined && (
            <Go to={`/domains?open=${encodeURIComponent(first.name)}`}>{first.name}</Go>
          )}
          <Button variant={own === undefined ? 'filled' : 'default'} onClick={() => setIsAdding(true)}>
            {t('domains.add')}
          </Button>
          {adding(<AddDomain onClose={() => setIsAdding(false)} />)}
        </div>
      );
    case 'dns':
      if (first === undefined) return <span className="p-muted">{t('start.afterDomain')}</span>;
      return <DnsLinks domains={own === undefined ? domains : ownDomains(domains)} />;
    case 'account':
      return (
        <div className="p-actions">
          <Button
            variant={(own?.accounts ?? 0) > 0 ? 'default' : 'filled'}
            disabled={first === undefined}
            onClick={() => setIsAdding(true)}
          >
            {t('accounts.add')}
          </Button>
          {first === undefined && <span className="p-muted">{t('start.afterDomain')}</span>}
          {adding(<AddAccount domain={first?.name} onClose={() => setIsAdding(false)} />)}
        </div>
      );
    case 'mail':
      return (
        <>
          <TestMail domain={own?.name} />
          <div className="p-gap">
            <LastMail deliveries={deliveries} />
          </div>
        </>
      );
    case 'certificate':
      return <Go to="/certificates">{t('start.go.certificate')}</Go>;
    case 'way':
      return <Go to="/settings/mail#relay.host">{t('start.go.way')}</Go>;
    case 'antivirus':
      return <Go to="/settings/mail#block-antivirus">{t('start.go.antivirus')}</Go>;
  }
}

function DnsLinks({ domains }: { domains: readonly { name: string }[] }) {
  const { t } = useWords();
  return (
    <ul className="p-plain">
      {domains.slice(0, 5).map(({ name }) => (
        <li key={name}>
          <Go to={`/domains/${encodeURIComponent(name)}/dns`}>{t('start.go.dns', { domain: name })}</Go>
        </li>
      ))}
    </ul>
  );
}

/** The newest mail that arrived somewhere, as the trace has it. */
function LastMail({ deliveries }: Pick<ActProps['known'], 'deliveries'>) {
  const { t } = useWords();
  const last = deliveries?.find(({ outcome }) => outcome === 'delivered' || outcome === 'relayed');
  if (last === undefined) return <span className="p-muted">{t('start.waiting')}</span>;
  return (
    <Go to={`/trace/${last.mail}`}>
      <Time at={last.endedAt} />: <Foreign text={last.reversePath || '<>'} /> →{' '}
      <Foreign text={last.recipient} />
    </Go>
  );
}
