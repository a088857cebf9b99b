// A line for the terminal or for another program, with a button that copies it.
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useWords } from '../i18n/index.ts';
import { ActionIcon, CopyButton } from './controls.ts';

export function CopyIcon({ value, label }: { value: string; label?: string }) {
  const { t } = useWords();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          aria-label={copied ? t('action.copied') : (label ?? t('action.copy'))}
          title={copied ? t('action.copied') : (label ?? t('action.copy'))}
          onClick={copy}
        >
          {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        </ActionIcon>
      )}
    </CopyButton>
  );
}

/** A short text that others ask for: a number, a record. */
export function CodeWithCopy({ value, label }: { value: string; label?: string }) {
  return (
    <span className="p-with-copy">
      <span className="p-mono">{value}</span>
      <CopyIcon value={value} {...(label !== undefined && { label })} />
    </span>
  );
}

export function CodeLine({ children }: { children: string }) {
  return (
    <div className="p-code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre>{children}</pre>
      <CopyIcon value={children} />
    </div>
  );
}
