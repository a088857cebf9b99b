// A new local domain, and who gets its postmaster's mail.
import { useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Stack, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/toast.tsx';

export function AddDomain({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [postmaster, setPostmaster] = useState('');
  const create = useChange('POST /domains', ['/domains', '/aliases']);
  const submit = () =>
    create.mutate(
      { body: { name: name.trim(), ...(postmaster.trim() !== '' && { postmaster: postmaster.trim() }) } },
      {
        onSuccess: () => {
          toast(t('domains.added', { name: name.trim() }));
          onClose();
        },
      },
    );
  return (
    <Dialog
      title={t('domains.add')}
      verb={t('domains.add')}
      isBusy={create.isPending}
      isReady={name.trim() !== ''}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Stack gap="sm">
        <TextInput
          label={t('domains.name')}
          description={t('domains.nameHelp')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <TextInput
          label={t('domains.postmaster')}
          description={t('domains.postmasterHelp')}
          value={postmaster}
          onChange={(event) => setPostmaster(event.currentTarget.value)}
          autoComplete="off"
        />
      </Stack>
    </Dialog>
  );
}
