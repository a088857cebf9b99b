// A document to protect: a file of the reader's disk, sent once; the server keeps its fingerprints alone.
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { callWithFile } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import { formatSize } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Stack, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { FileDrop } from '../../ui/FileDrop.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { toast } from '../../ui/toast.tsx';

/** As much as the server takes. */
const mostBytes = 16 * 1024 * 1024;
const longestName = 64;

export function AddDocument({ onClose }: { onClose: () => void }) {
  const { t, language } = useWords();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const [comment, setComment] = useState('');
  const [sent, setSent] = useState(0);
  const leaving = useRef(new AbortController());
  useEffect(() => {
    const controller = (leaving.current = new AbortController());
    return () => controller.abort();
  }, []);
  const create = useMutation({
    networkMode: 'always',
    mutationFn: (content: File) =>
      callWithFile(
        'POST /dlp/documents/file',
        { body: { name: name.trim(), comment } },
        { part: 'document', content, onSent: setSent },
        leaving.current.signal,
      ),
    onSuccess: async ({ unread }) => {
      await refresh(['/dlp/documents']);
      const names = unread.map((one) => one.name || name).join(', ');
      toast(unread.length === 0 ? t('dlp.protected') : t('dlp.protectedPart', { names }));
      onClose();
    },
  });
  const isLarge = (file?.size ?? 0) > mostBytes;
  const choose = ([first]: readonly File[]) => {
    if (first === undefined) return;
    create.reset();
    setFile(first);
    if (name === '' || name === file?.name.slice(0, longestName)) setName(first.name.slice(0, longestName));
  };
  const submit = () => {
    if (file === null) return;
    setSent(0);
    create.mutate(file);
  };
  return (
    <Dialog
      title={t('dlp.addDocument')}
      verb={t('dlp.addDocument')}
      isBusy={create.isPending}
      isReady={file !== null && file.size > 0 && !isLarge && name.trim() !== ''}
      error={create.error}
      onSubmit={submit}
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
        {create.isPending && (
          <p role="status">
            {sent < 1 ? t('dlp.sending', { percent: Math.floor(sent * 100) }) : t('dlp.reading')}
          </p>
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
