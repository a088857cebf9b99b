// Pages that know the next one only: back to the start, and onward.
import { useWords } from '../i18n/index.ts';
import { Button, Group } from './controls.ts';

interface PagerProps {
  isFirst: boolean;
  next: string | null | undefined;
  onFirst: () => void;
  onNext: (after: string) => void;
  children?: React.ReactNode;
}

export function Pager({ isFirst, next, onFirst, onNext, children }: PagerProps) {
  const { t } = useWords();
  const hasNext = next !== null && next !== undefined;
  if (isFirst && !hasNext && children === undefined) return null;
  return (
    <div className="p-pager">
      <span className="p-muted">{children}</span>
      {(!isFirst || hasNext) && (
        <Group gap={8}>
          <Button variant="default" size="xs" disabled={isFirst} onClick={onFirst}>
            {t('pager.first')}
          </Button>
          <Button variant="default" size="xs" disabled={!hasNext} onClick={() => hasNext && onNext(next)}>
            {t('pager.next')}
          </Button>
        </Group>
      )}
    </div>
  );
}
