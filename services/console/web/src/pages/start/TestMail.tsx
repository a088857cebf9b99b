// A mail of the server itself, followed here until its end.
import { type FormEvent, useState } from 'react';
import { asProblem } from '../../api/problem.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, TextInput } from '../../ui/controls.ts';
import { Foreign } from '../../ui/Foreign.tsx';
import { Go } from '../../ui/Go.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { outcomeTone, useOutcomeWords } from '../trace/outcomes.ts';

/** The mail is on its way: asked so often. */
const everyMs = 1500;

export function TestMail({ domain }: { domain: string | undefined }) {
  const { t, say } = useWords();
  const [to, setTo] = useState('');
  const send = useChange('POST /queue/test-mail', ['/trace', '/queue']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (to !== '') send.mutate({ body: { to, ...(domain !== undefined && { domain }) } });
  };
  return (
    <>
      <form className="p-step-form" onSubmit={submit} noValidate>
        <TextInput
          label={t('start.testMail.to')}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          error={send.error === null ? undefined : say(asProblem(send.error).messages)}
          inputMode="email"
          autoComplete="off"
        />
        <Button
          type="submit"
          variant="default"
          loading={send.isPending}
          disabled={to === '' || domain === undefined}
        >
          {t('start.testMail.send')}
        </Button>
      </form>
      <div aria-live="polite">{send.data !== undefined && <Way mail={send.data.mail} />}</div>
    </>
  );
}

/** Where the mail is: on its way, with what the far side said last, or at its end. */
function Way({ mail }: { mail: string }) {
  const { t } = useWords();
  const words = useOutcomeWords();
  const [isOver, setIsOver] = useState(false);
  const { data } = useApi(
    'GET /trace/:mail',
    { params: { mail } },
    { every: isOver ? false : everyMs, staleTime: 0 },
  );
  const ended = data?.deliveries.find(({ outcome }) => outcome !== 'expanded');
  if (ended !== undefined && !isOver) setIsOver(true);
  const said = ended?.detail ?? data?.queued?.recipients[0]?.lastReply ?? data?.queued?.reason ?? '';
  return (
    <p>
      {ended === undefined ? (
        <StatusBadge tone="plain">{t('start.testMail.underWay')}</StatusBadge>
      ) : (
        <StatusBadge tone={outcomeTone(ended.outcome)}>{words(ended.outcome)}</StatusBadge>
      )}{' '}
      {said !== '' && <Foreign text={said} mono maxLength={400} />}{' '}
      <Go to={`/trace/${mail}`}>{t('start.testMail.way')}</Go>
    </p>
  );
}
