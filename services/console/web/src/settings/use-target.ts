// The field or block that the address names: it is brought into view, and a field gets the focus.
import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';

export function useTarget(): string {
  const { hash } = useLocation();
  const target = decodeURIComponent(hash);
  useEffect(() => {
    if (target === '') return undefined;
    // After the fold around it has opened.
    const frame = requestAnimationFrame(() => {
      const element =
        document.getElementById(target) ?? document.querySelector(`[data-path="${CSS.escape(target)}"]`);
      element?.scrollIntoView({ block: target.startsWith('block-') ? 'start' : 'center' });
      if (!target.startsWith('block-') && element instanceof HTMLElement)
        element.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [target]);
  return target;
}
