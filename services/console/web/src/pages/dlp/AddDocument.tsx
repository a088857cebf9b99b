// A document to protect: a file of the reader's disk, sent once; the server keeps its fingerprints alone.
import { useState } from 'react';
import { base64OfFile } from '../../api/base64.ts';
import { useChange } from '../../api/queries.ts';
import { formatSize } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Stack, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { FileDrop } from '../../ui/FileDrop.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { toast } from '../../ui/toast.tsx';

/** As much as goes to the server in one piece. */
const mostBytes = 675_000;
const longestName = 64;

export function AddDocument({ onClose }: { onClose: () => void }) {
  const { t, language } = useWords();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const [comment, setComment] = useState('');
  const create = useChange('POST /dlp/documents', ['/dlp/documents']);
  const isLarge = (file?.size ?? 0) > mostBytes;
  const choose = ([first]: readonly File[]) => {
    if (first === undefined) return;
    create.reset();
    setFile(first);
    if (name === '' || name === file?.name.slice(0, longestName)) setName(first.name.slice(0, longestName));
  };
  const submit = async () => {
    if (file === null) return;
    const body = { name: name.trim(), comment, content: await base64OfFile(file) };
    create.mutate(
      { body },
      {
        onSuccess: () => {
          toast(t('dlp.protected'));
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      title={t('dlp.addDocument')}
      verb={t('dlp.addDocument')}
      isBusy={create.isPending}
      isReady={file !== null && file.size > 0 && !isLarge && name.trim() !== ''}
      error={create.error}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <Stack gap="sm">
        <p>{t('dlp.kept')}</p>
        <FileDrop label={t('dlp.chooseFile')} accept="" onFiles={choose} chosen={file?.name ?? ''}>
          <p className="p-muted p-small">{t('dlp.fileHelp', { size: formatSize(mostBytes, language) })}</p>
        </FileDrop>
        {isLarge && (
          <Notice tone="danger">{t('dlp.fileLarge', { size: formatSize(file?.size ?? 0, language) })}</Notice>
        )}
        <TextInput
          label={t('dlp.documentName')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={longestName}
          autoComplete="off"
          data-autofocus
        />
        <TextInput
          label={t('dlp.comment')}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          maxLength={200}
          autoComplete="off"
        />
      </Stack>
    </Dialog>
  );
}
