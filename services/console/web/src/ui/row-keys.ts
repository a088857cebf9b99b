// Keys on a row of a table: by their place on the keyboard, so that they work under any layout.
import type { KeyboardEvent } from 'react';
import { areLettersOn } from './letters.ts';

interface RowActions {
  open: () => void;
  select: () => void;
}

export function onRowKey(event: KeyboardEvent<HTMLElement>, { open, select }: RowActions): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const isLetter = areLettersOn();
  const { code } = event;
  if (code === 'Enter') open();
  else if (code === 'ArrowDown' || (isLetter && code === 'KeyJ')) move(event.currentTarget, 1);
  else if (code === 'ArrowUp' || (isLetter && code === 'KeyK')) move(event.currentTarget, -1);
  else if (code === 'Home') move(event.currentTarget, -Infinity);
  else if (code === 'End') move(event.currentTarget, Infinity);
  else if (code === 'Space' || (isLetter && code === 'KeyX')) select();
  else return;
  event.preventDefault();
}

/** One row of a table is in the order of the Tab key: the one that had the focus last. */
function move(row: HTMLElement, by: number): void {
  const rows = [...(row.parentElement?.querySelectorAll<HTMLElement>(':scope > [data-row]') ?? [])];
  const to = Math.min(Math.max(rows.indexOf(row) + by, 0), rows.length - 1);
  for (const one of rows) one.tabIndex = -1;
  const next = rows[to];
  if (next === undefined) return;
  next.tabIndex = 0;
  next.focus();
}
