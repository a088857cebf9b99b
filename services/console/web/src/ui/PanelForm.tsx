// The form of one thing over its list: it is made, changed, removed.
import type { ReactNode } from 'react';
import { useWords } from '../i18n/index.ts';
import { Button, Group, Stack } from './controls.ts';
import { Failure } from './Notice.tsx';
import { SidePanel } from './SidePanel.tsx';

interface PanelFormProps {
  /** Of a new thing what the form does; its button says so too. */
  title: ReactNode;
  isNew?: boolean;
  isReadOnly: boolean;
  isBusy: boolean;
  isReady: boolean;
  error: unknown;
  onSave: () => void;
  onDelete: () => void;
  /** It is being removed. */
  isDeleting?: boolean;
  deleteVerb: string;
  onClose: () => void;
  children: ReactNode;
}

export function PanelForm({ isNew = false, isDeleting = false, ...props }: PanelFormProps) {
  const { t } = useWords();
  return (
    <SidePanel title={props.title} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // A question that stands over it is a form too, and is heard here.
          if (event.target === event.currentTarget && props.isReady) props.onSave();
        }}
      >
        <Stack gap="sm">
          {props.children}
          {props.error !== null && <Failure error={props.error} />}
          {!props.isReadOnly && (
            <Group justify="space-between">
              {isNew ? (
                <span />
              ) : (
                <Button variant="outline" color="red" loading={isDeleting} onClick={props.onDelete}>
                  {props.deleteVerb}
                </Button>
              )}
              <Button type="submit" loading={props.isBusy} disabled={!props.isReady}>
                {isNew ? props.title : t('action.save')}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </SidePanel>
  );
}
