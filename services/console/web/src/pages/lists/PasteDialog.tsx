// Many entries at once: pasted, looked at line by line, then added. What is wrong is shown and passed over.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { refresh } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Textarea, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { type Line, type List, maxLines, sendLines } from './parts.ts';

const shownLines = 100;

export function PasteDialog({ list, text, onClose }: { list: List; text: string; onClose: () => void }) {
  const { t } = useWords();
  const [value, setValue] = useState(text);
  const [comment, setComment] = useState('');
  const look = useMutation({ mutationFn: () => sendLines({ list, text: value, comment, dryRun: true }) });
  const add = useMutation({
    mutationFn: () => sendLines({ list, text: value, comment, dryRun: false }),
    onSuccess: async (lines) => {
      await refresh(['/lists']);
      toast(t('lists.addedMany', { count: count(lines, 'new') }));
      onClose();
    },
  });
  const isLong = value.split('\n').length > maxLines;
  const lines = look.data;
  const fresh = lines === undefined ? 0 : count(lines, 'new');
  return (
    <Dialog
      title={t('lists.paste')}
      verb={lines === undefined ? t('lists.look') : t('lists.addMany', { count: fresh })}
      size={720}
      isBusy={look.isPending || add.isPending}
      isReady={value.trim() !== '' && !isLong && (lines === undefined || fresh > 0)}
      error={look.error ?? add.error}
      onSubmit={() => (lines === undefined ? look.mutate() : add.mutate())}
      onClose={onClose}
    >
      <Textarea
        label={t('lists.lines')}
        description={t('lists.linesHelp')}
        error={isLong && t('lists.tooLong', { max: maxLines })}
        value={value}
        onChange={(event) => {
          setValue(event.currentTarget.value);
          look.reset();
        }}
        rows={8}
        spellCheck={false}
        data-autofocus
      />
      <TextInput
        label={t('lists.commentOfAll')}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
        maxLength={200}
        mt="sm"
        autoComplete="off"
      />
      {lines !== undefined && <Preview lines={lines} />}
    </Dialog>
  );
}

function Preview({ lines }: { lines: readonly Line[] }) {
  const { t, say } = useWords();
  const invalid = lines.filter(({ outcome }) => outcome === 'invalid');
  const careful = lines.filter(({ outcome, cautions }) => outcome === 'new' && cautions.length > 0);
  return (
    <div className="p-gap">
      <Notice tone={invalid.length > 0 ? 'warn' : 'ok'}>
        {t('lists.preview', {
          fresh: count(lines, 'new'),
          exists: count(lines, 'exists'),
          invalid: invalid.length,
        })}
      </Notice>
      {careful.length > 0 && (
        <Notice tone="warn">
          {t('lists.careful')}{' '}
          <Foreign text={careful.map(({ value }) => value ?? '').join(', ')} maxLength={300} />
        </Notice>
      )}
      {invalid.length > 0 && (
        <ul className="p-list">
          {invalid.slice(0, shownLines).map(({ line, problem }) => (
            <li key={line}>
              {t('lists.line', { line })} {problem !== undefined && <Foreign text={say(problem.message)} />}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function count(lines: readonly Line[], outcome: Line['outcome']): number {
  return lines.filter((one) => one.outcome === outcome).length;
}
