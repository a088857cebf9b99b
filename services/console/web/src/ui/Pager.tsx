// Pages that know the next one only: back to the start, and onward.
import { useWords } from '../i18n/index.ts';
import { Button, Group } from './controls.ts';

/** Where a list is, and how it goes elsewhere. */
export interface Cursor {
  /** Undefined at the start. */
  after: string | undefined;
  to(after: string | undefined): void;
}

interface PagerProps {
  cursor: Cursor;
  next: string | null | undefined;
  children?: React.ReactNode;
}

export function Pager({ cursor, next, children }: PagerProps) {
  const { t } = useWords();
  const isFirst = cursor.after === undefined;
  const hasNext = next !== null && next !== undefined;
  if (isFirst && !hasNext && (children === undefined || children === false)) return null;
  return (
    <div className="p-pager">
      <span className="p-muted">{children}</span>
      {(!isFirst || hasNext) && (
        <Group gap={8}>
          <Button variant="default" size="xs" disabled={isFirst} onClick={() => cursor.to(undefined)}>
            {t('pager.first')}
          </Button>
          <Button variant="default" size="xs" disabled={!hasNext} onClick={() => hasNext && cursor.to(next)}>
            {t('pager.next')}
          </Button>
        </Group>
      )}
    </div>
  );
}
