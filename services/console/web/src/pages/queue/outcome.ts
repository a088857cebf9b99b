// What became of mails that somebody acted on, in words: how many, how many had left meanwhile, and why others stay.
import type { Answer } from '../../api/client.ts';
import type { useWords } from '../../i18n/index.ts';
import { sentence } from '../../ui/Notice.tsx';

export type Outcome = Pick<Answer<'POST /queue/release'>, 'done' | 'skipped' | 'complaints'>;

export const nothingDone = (): Outcome => ({ done: [], skipped: [], complaints: [] });

export function add(outcome: Outcome, { done, skipped, complaints }: Outcome): void {
  outcome.done.push(...done);
  outcome.skipped.push(...skipped);
  outcome.complaints.push(...complaints);
}

export function outcomeWords(
  { done, skipped, complaints }: Outcome,
  { t, say }: Pick<ReturnType<typeof useWords>, 't' | 'say'>,
): string {
  const gone = skipped.length - complaints.length;
  const reasons = new Set(complaints.map(({ problem }) => `${sentence(say(problem.message))}.`));
  return [
    ...(done.length > 0 || reasons.size === 0 ? [t('queue.done', { count: done.length })] : []),
    ...(gone > 0 ? [t('queue.skipped', { count: gone })] : []),
    ...reasons,
  ].join(' ');
}
