// Whether the window is as narrow as a telephone.
import { useSyncExternalStore } from 'react';

const narrow = globalThis.matchMedia('(max-width: 48em)');

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}
