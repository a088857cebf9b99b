// How the state of a certificate looks; the settings process says when it becomes worth a word: 30, 14 and 3 days before.
import type { Answer } from '../../api/client.ts';
import type { Tone } from '../../ui/StatusBadge.tsx';

export type Certificate = Answer<'GET /certificates'>['certificates'][number];

export const stateTones: Readonly<Record<Certificate['state'], Tone>> = {
  notYet: 'plain',
  valid: 'ok',
  notice: 'warn',
  warning: 'alert',
  critical: 'danger',
  expired: 'danger',
};
