// Whether the first steps stand in the menu: until nothing that the server needs is missing. A browser that has seen that
// asks no more; what is put off may come back.
import { useEffect } from 'react';
import { useWho } from '../../api/session.ts';
import { type Progress, progressOf, stepsOf, useKnown } from './steps.ts';

const stored = 'pochtar.started';

/** Null: they do not stand there, or it is not known yet. */
export function useProgress(): Progress | null {
  const { role } = useWho();
  const isAsked = role === 'admin' && localStorage.getItem(stored) === null;
  const known = useKnown(isAsked, false);
  const progress = isAsked ? progressOf(stepsOf(known)) : null;
  const isWhole = progress?.isOver === true && progress.putOff === 0;
  useEffect(() => {
    if (isWhole) localStorage.setItem(stored, '1');
  }, [isWhole]);
  return progress?.isOver === true ? null : progress;
}
