// Asks before something that cannot be taken back. The button repeats the verb; what is large has to be typed.
import { type ReactNode, useId, useState } from 'react';
import { useWords } from '../i18n/index.ts';
import { Button, Group, Modal, TextInput } from './controls.ts';
import { Failure } from './Notice.tsx';

interface ConfirmProps {
  title: string;
  children?: ReactNode;
  /** What the button says: `Delete 14 mails`. */
  verb: string;
  /** Has to be typed first. */
  typed?: string;
  isDangerous?: boolean;
  /** False: something within has to be given first. */
  isReady?: boolean;
  isBusy?: boolean;
  error?: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

export function Confirm(props: ConfirmProps) {
  const { t } = useWords();
  const id = useId();
  const [text, setText] = useState('');
  const isTyped = props.typed === undefined || text.trim() === props.typed;
  const isReady = isTyped && (props.isReady ?? true);
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) props.onConfirm();
        }}
      >
        {props.children}
        {props.typed !== undefined && (
          <TextInput
            id={id}
            mt="sm"
            label={t('confirm.type', { text: props.typed })}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        {props.error !== undefined && props.error !== null && <Failure error={props.error} />}
        <Group className="p-decision" justify="flex-end" mt="md" gap={8}>
          <Button variant="default" onClick={props.onClose}>
            {t('action.cancel')}
          </Button>
          <Button
            type="submit"
            disabled={!isReady}
            loading={props.isBusy ?? false}
            {...((props.isDangerous ?? true) && { variant: 'outline', color: 'red' })}
          >
            {props.verb}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
