// Keys that work on every page. Letters count outside of fields only, by their place, so that a Russian layout has them.
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { useWho } from '../api/session.ts';
import { isFor } from '../navigation.ts';
import { areLettersOn } from '../ui/letters.ts';

const goTo: Readonly<Record<string, string>> = {
  KeyQ: '/queue',
  KeyT: '/trace',
  KeyS: '/settings/mail',
  KeyD: '/domains',
};
const sequenceMs = 1500;

interface Actions {
  onSearch: () => void;
  onHelp: () => void;
}

export function useShortcuts({ onSearch, onHelp }: Actions): void {
  const navigate = useNavigate();
  const { role } = useWho();
  const go = useEffectEvent((code: string) => {
    const to = goTo[code];
    if (to !== undefined && isFor(role, to)) void navigate({ to });
  });
  const search = useEffectEvent(onSearch);
  const help = useEffectEvent(onHelp);
  useEffect(() => {
    let began = 0;
    function onKey(event: KeyboardEvent): void {
      if ((event.ctrlKey || event.metaKey) && event.code === 'KeyK') {
        event.preventDefault();
        search();
        return;
      }
      if (!areLettersOn() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.timeStamp - began < sequenceMs && event.code in goTo) go(event.code);
      else if (event.code === 'Slash' && event.shiftKey) help();
      else if (event.code === 'Slash') focusFilter(event);
      began = event.code === 'KeyG' ? event.timeStamp : 0;
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], [role="dialog"]') !== null
  );
}

function focusFilter(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLInputElement>('main [data-filter]');
  if (field === null) return;
  event.preventDefault();
  field.focus();
}
