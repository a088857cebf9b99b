// A form over the page: fields, what failed, and two buttons; or something to read, and one. On a telephone it is the whole
// screen.
import { type ReactNode, useEffect, useRef } from 'react';
import { useWords } from '../i18n/index.ts';
import { Button, Group, Modal } from './controls.ts';
import { useNarrow } from './narrow.ts';
import { Failure } from './Notice.tsx';

interface DialogProps {
  title: string;
  /** What the form does. Without it there is nothing to send, only to close. */
  verb?: string;
  size?: number;
  isBusy?: boolean;
  isReady?: boolean;
  error?: unknown;
  onSubmit?: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function Dialog(props: DialogProps) {
  const { t } = useWords();
  const isNarrow = useNarrow();
  const submit = props.onSubmit ?? props.onClose;
  const decides = props.verb !== undefined;
  const button = useRef<HTMLButtonElement>(null);
  const decided = useRef(decides);
  useEffect(() => {
    // It is done, and what was pressed was off meanwhile and has lost the focus.
    if (decided.current && !decides) button.current?.focus();
    decided.current = decides;
  }, [decides]);
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size={props.size ?? 480}
      fullScreen={isNarrow}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (props.isReady ?? true) submit();
        }}
      >
        {props.children}
        {props.error !== undefined && props.error !== null && (
          <div className="p-gap">
            <Failure error={props.error} />
          </div>
        )}
        <Group className="p-decision" justify="flex-end" mt="md" gap={8}>
          {decides && (
            <Button variant="default" onClick={props.onClose}>
              {t('action.cancel')}
            </Button>
          )}
          <Button
            ref={button}
            type="submit"
            disabled={!(props.isReady ?? true)}
            loading={props.isBusy ?? false}
          >
            {props.verb ?? t('action.close')}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
