// The tests of a block: they run with the values of the draft and the typed or the stored secret, and tell line by line.
import type { TestDescription, TestKind } from '@pochtar/settings/forms';
import { useEffect, useRef, useState } from 'react';
import { callLines } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import { useStore } from '../api/store.ts';
import { formatTime } from '../i18n/format.ts';
import { useWords } from '../i18n/index.ts';
import { Button } from '../ui/controls.ts';
import { Foreign } from '../ui/Foreign.tsx';
import { Failure } from '../ui/Notice.tsx';
import { StatusBadge, type Tone, toneIcons } from '../ui/StatusBadge.tsx';
import {
  draftFor,
  isOffered,
  isVerdict,
  type TestEvent,
  type TestResult,
  testResults,
  type TestVerdict,
  valuesOf,
} from './test-results.ts';
import { useAt, useForm } from './use-draft.ts';

export function BlockTests({ tests }: { tests: readonly TestDescription[] }) {
  const { isReadOnly } = useForm();
  if (isReadOnly) return null;
  return tests.map((test) => <Test key={test.kind} test={test} />);
}

function Test({ test }: { test: TestDescription }) {
  const { t, say } = useWords();
  const isShown = useAt('*', (draft) => isOffered(draft, test));
  const values = useAt('*', (draft) => valuesOf(draft, test));
  const result = useStore(testResults).get(test.kind);
  const { isRunning, run, stop } = useTest(test);
  if (!isShown) return null;
  return (
    <div className="f-test">
      <div className="f-test-head">
        <Button variant="default" size="xs" loading={isRunning} onClick={() => void run()}>
          {say(test.label)}
        </Button>
        {isRunning && (
          <Button variant="subtle" size="xs" onClick={stop}>
            {t('action.cancel')}
          </Button>
        )}
        <span role="status">
          {isRunning ? t('tests.running') : <Outcome result={result} values={values} />}
        </span>
      </div>
      {result !== undefined && <Lines result={result} />}
    </div>
  );
}

/** A test ends with its page. */
function useTest({ kind, sections, about }: TestDescription) {
  const { draft } = useForm();
  const [running, setRunning] = useState<AbortController | null>(null);
  const last = useRef<AbortController | null>(null);
  useEffect(() => () => last.current?.abort(), []);
  async function run(): Promise<void> {
    if (running !== null) return;
    const ending = new AbortController();
    last.current = ending;
    setRunning(ending);
    const at = new Date().toISOString();
    let result: TestResult = {
      ...{ values: valuesOf(draft, { about }), at, events: [], verdict: null, error: null },
    };
    const told = (more: Partial<TestResult>): void => {
      result = { ...result, ...more };
      keep(kind, result);
    };
    told({});
    try {
      await callLines(
        'POST /tests/:kind',
        { params: { kind }, query: {}, body: draftFor(draft, sections) as never },
        (line) => told(isVerdict(line) ? { verdict: line } : { events: [...result.events, line] }),
        ending.signal,
      );
    } catch (error) {
      if (!ending.signal.aborted) {
        const problem = asProblem(error);
        if (problem.status === 422) draft.found(problem.errors);
        told({ error });
      }
    } finally {
      setRunning(null);
    }
  }
  return { isRunning: running !== null, run, stop: () => running?.abort() };
}

function keep(kind: TestKind, result: TestResult): void {
  testResults.set(new Map([...testResults.get(), [kind, result]]));
}

const tones: Readonly<Record<TestVerdict['verdict'], Tone>> = { good: 'ok', bad: 'danger', unknown: 'warn' };

function Outcome({ result, values }: { result: TestResult | undefined; values: string }) {
  const { t, language } = useWords();
  if (result?.verdict == null) return null;
  const isCurrent = result.values === values;
  const time = formatTime(result.at, language);
  return (
    <StatusBadge tone={isCurrent ? tones[result.verdict.verdict] : 'plain'}>
      {t(`tests.${result.verdict.verdict}`)} · {t(isCurrent ? 'tests.with' : 'tests.before', { time })}
    </StatusBadge>
  );
}

function Lines({ result: { events, verdict, error } }: { result: TestResult }) {
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
