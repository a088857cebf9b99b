// The tests of a block: they run with the values of the draft and the typed or the stored secret, and tell line by line.
import type { TestDescription, TestKind } from '@pochtar/settings/forms';
import { useEffect, useRef, useState } from 'react';
import { callLines } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import { useStore } from '../api/store.ts';
import { formatTime } from '../i18n/format.ts';
import { useWords } from '../i18n/index.ts';
import { Button } from '../ui/controls.ts';
import { StatusBadge } from '../ui/StatusBadge.tsx';
import { draftFor, isOffered, isVerdict, type TestResult, testResults, valuesOf } from './test-results.ts';
import { TestLines, verdictTones } from './TestLines.tsx';
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
      {result !== undefined && <TestLines {...result} />}
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

function Outcome({ result, values }: { result: TestResult | undefined; values: string }) {
  const { t, language } = useWords();
  if (result?.verdict == null) return null;
  const isCurrent = result.values === values;
  const time = formatTime(result.at, language);
  return (
    <StatusBadge tone={isCurrent ? verdictTones[result.verdict.verdict] : 'plain'}>
      {t(`tests.${result.verdict.verdict}`)} · {t(isCurrent ? 'tests.with' : 'tests.before', { time })}
    </StatusBadge>
  );
}
