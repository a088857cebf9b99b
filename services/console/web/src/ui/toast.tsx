// A short word that something was done; never an error. What can be taken back has a button for it, and stays longer.
import { notifications } from '@mantine/notifications';
import { currentWords } from '../i18n/index.ts';
import { Button } from './controls.ts';

interface Undo {
  verb: string;
  run: () => void;
}

let shown = 0;

export function toast(message: string, undo?: Undo): void {
  const id = `toast-${shown++}`;
  const run = () => {
    notifications.hide(id);
    undo?.run();
  };
  const withButton = (
    <>
      {message}{' '}
      <Button variant="subtle" size="compact-sm" onClick={run}>
        {undo?.verb}
      </Button>
    </>
  );
  notifications.show({
    id,
    // The place it appears in is a live region that is there before (LookProvider), and polite: this is no alert.
    role: 'group',
    message: undo === undefined ? message : withButton,
    autoClose: undo === undefined ? 4000 : 10_000,
    withBorder: true,
    closeButtonProps: { 'aria-label': currentWords().t('action.close') },
  });
}
