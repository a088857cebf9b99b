// Something new: its form, and when it is there, what is to be seen of it once (a password, a token).
import type { ReactNode } from 'react';
import { Stack } from './controls.ts';
import { Dialog } from './Dialog.tsx';

interface CreateDialogProps {
  /** What it does; its button says so too. */
  title: string;
  /** How the request that makes it goes. */
  create: { isPending: boolean; error: unknown };
  isReady: boolean;
  onSubmit: () => void;
  onClose: () => void;
  /** Once it is there. */
  shown: { title: string; content: ReactNode } | null;
  children: ReactNode;
}

export function CreateDialog({
  title,
  create,
  isReady,
  onSubmit,
  onClose,
  shown,
  children,
}: CreateDialogProps) {
  if (shown !== null) {
    return (
      <Dialog title={shown.title} onClose={onClose}>
        {shown.content}
      </Dialog>
    );
  }
  return (
    <Dialog
      title={title}
      verb={title}
      isBusy={create.isPending}
      isReady={isReady}
      error={create.error}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <Stack gap="sm">{children}</Stack>
    </Dialog>
  );
}
