// A state: never colour alone, always an icon and a word.
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** alert: more than a warning, not a failure yet. */
export type Tone = 'ok' | 'warn' | 'alert' | 'danger' | 'plain';

export const toneIcons = {
  ok: IconCircleCheck,
  warn: IconAlertTriangle,
  alert: IconAlertTriangle,
  danger: IconCircleX,
  plain: IconInfoCircle,
} as const;

export function StatusBadge({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = toneIcons[tone];
  return (
    <span className="p-status" data-tone={tone}>
      <Icon size={14} stroke={2} aria-hidden />
      <span>{children}</span>
    </span>
  );
}
