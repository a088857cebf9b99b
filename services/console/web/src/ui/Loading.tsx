// The place of what is still on its way, as high as it will be.
import { useWords } from '../i18n/index.ts';
import { Skeleton } from './controls.ts';

const widths = ['40%', '90%', '75%', '60%'];
const lineHeight = 32;

/** `height` in px. */
export function Loading({ height }: { height: number }) {
  const { t } = useWords();
  const lines = Array.from({ length: Math.max(1, Math.floor(height / lineHeight)) }, (_, line) => line);
  return (
    <div className="p-loading" style={{ height }} role="status" aria-label={t('state.loading')}>
      {lines.map((line) => (
        <Skeleton key={line} height={14} width={widths[line % widths.length]} />
      ))}
    </div>
  );
}
