// What a page has to tell, where it belongs; and what failed, with what to do.
import { type ReactNode, useState } from 'react';
import { asProblem } from '../api/problem.ts';
import { useWords } from '../i18n/index.ts';
import { Button } from './controls.ts';
import { type Tone, toneIcons } from './StatusBadge.tsx';

export function Notice({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  const Icon = toneIcons[tone];
  return (
    <div className="p-notice" data-tone={tone} role={tone === 'danger' ? 'alert' : 'status'}>
      <Icon size={18} stroke={1.5} aria-hidden />
      <div>{children}</div>
    </div>
  );
}

interface FailureProps {
  error: unknown;
  /** Until what it returns has come, its button says that it asks. */
  onRetry?: () => unknown;
}

/** A question or change that failed: what, why, the number for the log, and again. */
export function Failure({ error, onRetry }: FailureProps) {
  const { t, say } = useWords();
  const [isAsking, setIsAsking] = useState(false);
  const retry = async () => {
    setIsAsking(true);
    await onRetry?.();
    setIsAsking(false);
  };
  const problem = asProblem(error);
  const more = problem.errors.length > 1 ? problem.errors : [];
  return (
    <Notice tone={problem.status === 503 || problem.status === 0 ? 'warn' : 'danger'}>
      <p>{sentence(say(problem.messages))}</p>
      {more.length > 0 && (
        <ul className="p-list">
          {more.map((one) => (
            <li key={`${one.pointer} ${one.code}`}>{sentence(say(one.message))}</li>
          ))}
        </ul>
      )}
      {problem.requestId !== undefined && (
        <div className="p-small p-muted">{t('failure.request', { id: problem.requestId })}</div>
      )}
      {onRetry !== undefined && (
        <Button variant="default" size="xs" mt={8} loading={isAsking} onClick={() => void retry()}>
          {t('action.retry')}
        </Button>
      )}
    </Notice>
  );
}

/** Messages of the server go on after a name elsewhere; alone they begin as a sentence does. A name in front stays as it is. */
export function sentence(text: string): string {
  return /^\p{Ll}[\p{L}-]*[ ,]/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
