// What narrows a list: one row over it; on a telephone folded, so that the list is seen first.
import type { ReactNode } from 'react';
import { useWords } from '../i18n/index.ts';
import { useNarrow } from './narrow.ts';

interface FiltersProps {
  /** Something is narrowed already: the fold is open. */
  isActive: boolean;
  children: ReactNode;
}

export function Filters({ isActive, children }: FiltersProps) {
  const { t } = useWords();
  const isNarrow = useNarrow();
  const row = <div className="p-filters">{children}</div>;
  if (!isNarrow) return row;
  return (
    <details className="p-fold p-filter-fold" open={isActive}>
      <summary>{t('filter.fold')}</summary>
      {row}
    </details>
  );
}
