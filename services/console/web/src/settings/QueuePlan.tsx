// What the four numbers of the queue come to: the attempts of a mail that nobody takes.
import { formatMinutes } from '../i18n/format.ts';
import { useWords } from '../i18n/index.ts';
import { attemptsOf, type QueueTimes } from './attempts.ts';
import { useAt, useForm } from './use-draft.ts';

const shown = 6;

export function QueuePlan() {
  const { t, language } = useWords();
  const { draft } = useForm();
  useAt('*', (of) => JSON.stringify(of.document('queue')));
  const times = draft.document('queue') as unknown as QueueTimes;
  const numbers = [
    times.runIntervalMinutes,
    times.waitMinMinutes,
    times.waitMaxMinutes,
    times.maxLifetimeMinutes,
  ];
  if (!numbers.every((one) => Number.isInteger(one) && one > 0)) return null;
  const attempts = attemptsOf(times);
  const words = attempts.slice(1, shown).map((minutes) => formatMinutes(minutes, language));
  return (
    <p className="f-plan p-small">
      {t('queuePlan.attempts')} {[t('queuePlan.atOnce'), ...words].join(' · ')}
      {attempts.length > shown ? ' …' : ''}{' '}
      {t('queuePlan.total', {
        count: attempts.length,
        until: formatMinutes(times.maxLifetimeMinutes, language),
      })}
    </p>
  );
}
