// How the states of a queued mail look, and what filters and their verdicts are called.
import type { Translate } from '../../i18n/index.ts';

export const stateTones = { active: 'plain', parked: 'warn', held: 'danger', scheduled: 'warn' } as const;

/** Who may hold a mail: somebody beside the filters, or one of these. */
const holders = ['poison', 'person', 'volume'] as const;
const holdingFilters = ['antivirus', 'dkim', 'dlp'] as const;
export const allHolders = [...holdingFilters, ...holders] as const;

/** What the queue is asked for when one of them is chosen. */
export function heldByQuery(chosen: string | undefined): {
  heldBy?: (typeof holders)[number];
  filter?: (typeof holdingFilters)[number];
} {
  const heldBy = holders.find((one) => one === chosen);
  const filter = holdingFilters.find((one) => one === chosen);
  return { ...(heldBy !== undefined && { heldBy }), ...(filter !== undefined && { filter }) };
}

const filters = ['antivirus', 'dkim', 'dlp', 'dnsbl', 'greylist'] as const;
const results = ['accept', 'defer', 'reject', 'quarantine', 'discard'] as const;

/** A newer server may have others. */
export function filterWords(filter: string, t: Translate): string {
  const known = filters.find((one) => one === filter);
  return known === undefined ? filter : t(`queue.filter.${known}`);
}

export function holderWords(holder: (typeof allHolders)[number], t: Translate): string {
  const beside = holders.find((one) => one === holder);
  return t(`queue.heldBy.${beside ?? 'filter'}`, { filter: filterWords(holder, t) });
}

export function resultWords(result: string, t: Translate): string {
  const known = results.find((one) => one === result);
  return known === undefined ? result : t(`queue.result.${known}`);
}
