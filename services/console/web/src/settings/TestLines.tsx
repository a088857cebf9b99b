// What a test tells: line by line, and its verdict.
import { useWords } from '../i18n/index.ts';
import { Foreign } from '../ui/Foreign.tsx';
import { Failure } from '../ui/Notice.tsx';
import { type Tone, toneIcons } from '../ui/StatusBadge.tsx';
import type { TestEvent, TestResult, TestVerdict } from './test-results.ts';

export const verdictTones: Readonly<Record<TestVerdict['verdict'], Tone>> = {
  good: 'ok',
  bad: 'danger',
  unknown: 'warn',
};

/** The lines as they come, and what they came to. */
export function TestLines({ events, verdict, error }: Pick<TestResult, 'events' | 'verdict' | 'error'>) {
  const { t, say } = useWords();
  return (
    <>
      {events.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by the keyboard
        <ol className="f-test-lines" aria-label={t('tests.lines')} tabIndex={0}>
          {events.map((event, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- lines are only added
            <Line key={index} event={event} />
          ))}
        </ol>
      )}
      {verdict !== null && (
        <p>
          <Foreign text={say(verdict.text)} />
          {verdict.remedy !== undefined && (
            <>
              {' — '}
              <Foreign text={say(verdict.remedy)} />
            </>
          )}
        </p>
      )}
      {error !== null && <Failure error={error} />}
    </>
  );
}

function Line({ event }: { event: TestEvent }) {
  const { say } = useWords();
  const tone = event.ok === undefined ? undefined : event.ok ? 'ok' : 'danger';
  const Icon = tone === undefined ? undefined : toneIcons[tone];
  return (
    <li data-tone={tone}>
      {Icon !== undefined && <Icon size={14} stroke={2} aria-label={tone === 'ok' ? '✓' : '✗'} />}
      <Foreign text={say(event.text)} mono />
    </li>
  );
}
