// The place of what is still on its way, as high as it will be.
import { useWords } from '../i18n/index.ts';
import { Skeleton } from './controls.ts';

/** `height` in px. */
export function Loading({ height }: { height: number }) {
  const { t } = useWords();
  return (
    <div role="status" aria-label={t('state.loading')}>
      <Skeleton height={height} />
    </div>
  );
}
