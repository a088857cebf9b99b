// Files of the reader's disk: chosen, or dropped onto what stands inside. Pasting is the matter of the field inside.
import { type DragEvent, type ReactNode, useState } from 'react';
import { useWords } from '../i18n/index.ts';
import { Button, FileButton } from './controls.ts';

interface FileDropProps {
  /** Of the button. */
  label: string;
  /** `.pem,.crt` */
  accept: string;
  onFiles: (files: File[]) => void;
  /** The names of what is chosen already. */
  chosen?: string;
  children: ReactNode;
}

export function FileDrop({ label, accept, onFiles, chosen = '', children }: FileDropProps) {
  const { t } = useWords();
  const [isOver, setIsOver] = useState(false);
  const over = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setIsOver(true);
  };
  const drop = (event: DragEvent) => {
    setIsOver(false);
    const files = [...event.dataTransfer.files];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the button and the field do the same by keyboard
    <div
      className="p-drop"
      data-over={isOver ? '' : undefined}
      onDragEnter={over}
      onDragOver={over}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <div className="p-actions">
        <FileButton multiple onChange={onFiles} accept={accept}>
          {(props) => (
            <Button variant="default" {...props}>
              {label}
            </Button>
          )}
        </FileButton>
        <span className="p-muted p-small">{chosen === '' ? t('file.drop') : chosen}</span>
      </div>
      {children}
    </div>
  );
}
