// Talks to the server as the form has it, and shows the dialogue line by line. No mail is sent.
import { useEffect, useRef, useState } from 'react';
import { callLines } from '../../api/client.ts';
import { useWords } from '../../i18n/index.ts';
import { isVerdict, type TestResult } from '../../settings/test-results.ts';
import { TestLines, verdictTones } from '../../settings/TestLines.tsx';
import { Button } from '../../ui/controls.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import type { RouteBody } from './route-form.ts';

interface RouteTestProps {
  body: RouteBody;
  /** The route whose stored password is used, where none was typed. */
  former: string | undefined;
}

type Told = Pick<TestResult, 'events' | 'verdict' | 'error'>;
const nothing: Told = { events: [], verdict: null, error: null };

export function RouteTest({ body, former }: RouteTestProps) {
  const { t } = useWords();
  const asked = JSON.stringify(body);
  const [told, setTold] = useState<Told & { asked: string }>({ ...nothing, asked: '' });
  const [isRunning, setIsRunning] = useState(false);
  const running = useRef<AbortController | null>(null);
  // A test ends with its form.
  useEffect(() => () => running.current?.abort(), []);
  async function run(): Promise<void> {
    const ending = new AbortController();
    running.current = ending;
    setIsRunning(true);
    setTold({ ...nothing, asked });
    const { maxConnections: _, perMinute: _perMinute, comment: _comment, isOn: _isOn, ...server } = body;
    try {
      await callLines(
        'POST /routes/test',
        { body: { ...server, ...(former !== undefined && { former }) } },
        (line) =>
          setTold((before) =>
            isVerdict(line) ? { ...before, verdict: line } : { ...before, events: [...before.events, line] },
          ),
        ending.signal,
      );
    } catch (error) {
      if (!ending.signal.aborted) setTold((before) => ({ ...before, error }));
    } finally {
      setIsRunning(false);
    }
  }
  const { verdict } = told;
  return (
    <div className="f-test">
      <div className="f-test-head">
        <Button variant="default" size="xs" loading={isRunning} onClick={() => void run()}>
          {t('routes.test')}
        </Button>
        {isRunning && (
          <Button variant="subtle" size="xs" onClick={() => running.current?.abort()}>
            {t('action.cancel')}
          </Button>
        )}
        <span role="status">
          {isRunning
            ? t('tests.running')
            : verdict !== null && (
                <StatusBadge tone={told.asked === asked ? verdictTones[verdict.verdict] : 'plain'}>
                  {t(told.asked === asked ? `tests.${verdict.verdict}` : 'routes.testedBefore')}
                </StatusBadge>
              )}
        </span>
      </div>
      <TestLines {...told} />
    </div>
  );
}
