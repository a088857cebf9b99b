// How the states of a queued mail look, and what filters and their verdicts are called.
import type { Translate } from '../../i18n/index.ts';

export const stateTones = { active: 'plain', parked: 'warn', held: 'danger', scheduled: 'warn' } as const;

const filters = ['antivirus', 'dkim', 'dlp', 'dnsbl', 'greylist'] as const;
const results = ['accept', 'defer', 'reject', 'quarantine', 'discard'] as const;

/** A newer server may have others. */
export function filterWords(filter: string, t: Translate): string {
  const known = filters.find((one) => one === filter);
  return known === undefined ? filter : t(`queue.filter.${known}`);
}

export function resultWords(result: string, t: Translate): string {
  const known = results.find((one) => one === result);
  return known === undefined ? result : t(`queue.result.${known}`);
}
