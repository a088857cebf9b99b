// How a web hook stands, and what an event of its ledger has come to.
import type { Answer } from '../../api/client.ts';
import type { Tone } from '../../ui/StatusBadge.tsx';

export type Hook = Answer<'GET /hooks'>['hooks'][number];
export type HookEvent = Answer<'GET /hooks/:id/events'>['events'][number];

export const hookKinds = ['delivered', 'bounced', 'held', 'refused'] as const;
export type HookKind = (typeof hookKinds)[number];

/** What is asked anew after a change. */
export const touches = ['/hooks', '/overview/server'];

type HookState = 'on' | 'off' | 'paused' | 'failing';

export function stateOf({ enabled, pausedAt, failingSince }: Hook): HookState {
  if (!enabled) return 'off';
  if (pausedAt !== null) return 'paused';
  return failingSince === null ? 'on' : 'failing';
}

export const stateTones: Readonly<Record<HookState, Tone>> = {
  on: 'ok',
  off: 'plain',
  paused: 'danger',
  failing: 'warn',
};
export const eventTones: Readonly<Record<HookEvent['state'], Tone>> = {
  waiting: 'warn',
  sent: 'ok',
  givenUp: 'danger',
};
