// What the page and the panel of guarded addresses share: how a state looks, and since when it holds.
import type { Answer } from '../../api/client.ts';
import type { Tone } from '../../ui/StatusBadge.tsx';

export type GuardedClient = Answer<'GET /guard'>['clients'][number];

export const stateTones: Readonly<Record<GuardedClient['state'], Tone>> = {
  ...{ suspended: 'danger', confirmed: 'ok', counted: 'plain' },
};

export function sinceOf({ state, suspendedAt, confirmedAt, firstAt }: GuardedClient): string {
  if (state === 'confirmed') return confirmedAt ?? firstAt;
  return state === 'suspended' ? (suspendedAt ?? firstAt) : firstAt;
}
