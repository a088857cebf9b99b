// How long a certificate still holds, and when that becomes worth a word: 30, 14 and 3 days before.
import type { Tone } from '../../ui/StatusBadge.tsx';

const dayMs = 86_400_000;

export function daysLeft(notAfter: string, now = Date.now()): number {
  return Math.floor((new Date(notAfter).getTime() - now) / dayMs);
}

export function tone(notAfter: string, now = Date.now()): Tone {
  const days = daysLeft(notAfter, now);
  if (days < 14) return 'danger';
  return days < 30 ? 'warn' : 'ok';
}
