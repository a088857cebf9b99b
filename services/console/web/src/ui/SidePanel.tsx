// What belongs to one row, over the list; on a telephone it is the whole screen.
import type { ReactNode } from 'react';
import { useWords } from '../i18n/index.ts';
import { Drawer } from './controls.ts';
import { useNarrow } from './narrow.ts';

interface SidePanelProps {
  title: ReactNode;
  onClose: () => void;
  size?: number;
  children: ReactNode;
}

export function SidePanel({ title, onClose, size = 520, children }: SidePanelProps) {
  const { t } = useWords();
  const isNarrow = useNarrow();
  return (
    <Drawer
      opened
      onClose={onClose}
      title={title}
      size={isNarrow ? '100%' : size}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {children}
    </Drawer>
  );
}
