// What of a view stands in the address: filters and the opened row. Where the pages of a list begin does not: it goes stale.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Cursor } from '../ui/Pager.tsx';

export type View = Record<string, string>;

export function useView(): [View, (change: Record<string, string | undefined>) => void] {
  const view: View = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (by: Record<string, string | undefined>) => {
    const next = Object.fromEntries(
      Object.entries({ ...view, ...by }).filter(([, value]) => value !== undefined && value !== ''),
    );
    void navigate({ to: '.', search: next, replace: true });
  };
  return [view, change];
}

/** The cursor of the page that is shown; other filters begin at the start again. */
export function useCursor(filters: string): Cursor {
  const [at, setAt] = useState<{ filters: string; after: string | undefined }>({ filters, after: undefined });
  return {
    after: at.filters === filters ? at.after : undefined,
    to: (after) => setAt({ filters, after }),
  };
}

/** The moment so many hours ago. Rounded to a minute, so that rendering again is the same question. */
export function sinceOf(hours: number): string {
  const minute = 60_000;
  return new Date(Math.floor(Date.now() / minute) * minute - hours * 60 * minute).toISOString();
}
