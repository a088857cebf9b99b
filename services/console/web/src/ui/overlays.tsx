// What lies over the page. When it goes, the focus is again where it was before: on the button, or the row, that opened it.
import { Drawer as MantineDrawer, Modal as MantineModal } from '@mantine/core';
import { type ComponentProps, useEffect, useState } from 'react';

export function Modal(props: ComponentProps<typeof MantineModal>) {
  useFocusBack();
  return <MantineModal {...props} onClose={useOnTop(props.onClose)} />;
}

export function Drawer(props: ComponentProps<typeof MantineDrawer>) {
  useFocusBack();
  return <MantineDrawer {...props} onClose={useOnTop(props.onClose)} />;
}

/** What is open, the uppermost last. */
const open: symbol[] = [];

/** Esc is heard by all that are open, and closes the uppermost one. */
function useOnTop(onClose: () => void): () => void {
  const [self] = useState(() => Symbol('overlay'));
  useEffect(() => {
    open.push(self);
    // The key that closed it is still on its way to the others.
    return () => void setTimeout(() => open.splice(open.indexOf(self), 1));
  }, [self]);
  return () => {
    if (open.at(-1) === self) onClose();
  };
}

/** An overlay is made when it opens, and taken away when it closes; the library's own return is for those that stay. */
function useFocusBack(): void {
  const [opener] = useState(whoOpens);
  useEffect(
    () => () => {
      // After the overlay has let the focus go.
      setTimeout(() => {
        const at = document.activeElement;
        if (at === null || at === document.body) focusBack(opener);
      });
    },
    [opener],
  );
}

/** An item of a menu goes with its menu; the button of the menu stays. */
function whoOpens(): Element | null {
  const at = document.activeElement;
  const button = at?.closest('[role="menu"]')?.getAttribute('aria-labelledby') ?? null;
  return button === null ? at : document.getElementById(button);
}

/** A page that came with its row open has no opener: the row of the Tab key, or the page. */
function focusBack(opener: Element | null): void {
  const isThere = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
  const to = isThere ? opener : document.querySelector<HTMLElement>('main [data-row][tabindex="0"], main');
  to?.focus();
}
