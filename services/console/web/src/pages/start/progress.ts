// Whether the first steps stand in the menu: until nothing that the server needs is missing. A browser that has seen that
// asks no more; what is put off may come back.
import { useEffect } from 'react';
import { useWho } from '../../api/session.ts';
import { type Progress, progressOf, stepsOf, useKnown } from './steps.ts';

const stored = 'pochtar.started';
/** They stood there when this browser last looked: their place is kept until it knows better. */
const shown = 'pochtar.starting';

interface InMenu {
  isShown: boolean;
  /** Null: not known yet, or over. */
  progress: Progress | null;
}

export function useProgress(): InMenu {
  const { role } = useWho();
  const isAsked = role === 'admin' && localStorage.getItem(stored) === null;
  const known = useKnown(isAsked, false);
  const progress = isAsked ? progressOf(stepsOf(known)) : null;
  const isOver = progress?.isOver;
  const isWhole = isOver === true && progress?.putOff === 0;
  useEffect(() => {
    if (isWhole) localStorage.setItem(stored, '1');
    if (isOver === true) localStorage.removeItem(shown);
    if (isOver === false) localStorage.setItem(shown, '1');
  }, [isWhole, isOver]);
  const isShown = isOver === undefined ? isAsked && localStorage.getItem(shown) !== null : !isOver;
  return { isShown, progress: isOver === true ? null : progress };
}
