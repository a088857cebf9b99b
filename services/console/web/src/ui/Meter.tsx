// How much of something is used, with the numbers.
import { Progress } from './controls.ts';

interface MeterProps {
  label: string;
  /** 0 … 1; null where there is no limit. */
  share: number | null;
  children: React.ReactNode;
}

export function Meter({ label, share, children }: MeterProps) {
  const color =
    share === null || share < 0.8 ? 'var(--p-accent)' : share < 0.95 ? 'var(--p-warn)' : 'var(--p-danger)';
  return (
    <div className="p-meter">
      <span>{children}</span>
      {share !== null && (
        <Progress aria-label={label} size={4} value={Math.min(share, 1) * 100} color={color} />
      )}
    </div>
  );
}
