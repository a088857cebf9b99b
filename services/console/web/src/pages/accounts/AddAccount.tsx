// A new mailbox; its password is shown once after it is there.
import { useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { TextInput } from '../../ui/controls.ts';
import { CreateDialog } from '../../ui/CreateDialog.tsx';
import { NewPassword, PasswordFields } from './PasswordFields.tsx';
import { QuotaField, quotaBytes } from './QuotaFields.tsx';

export function AddAccount({ domain, onClose }: { domain: string | undefined; onClose: () => void }) {
  const { t } = useWords();
  const [address, setAddress] = useState(domain === undefined ? '' : `@${domain}`);
  const [displayName, setDisplayName] = useState('');
  const [password, setPassword] = useState('');
  const [quota, setQuota] = useState('');
  const create = useChange('POST /accounts', ['/accounts', '/domains']);
  const bytes = quotaBytes(quota);
  return (
    <CreateDialog
      title={t('accounts.add')}
      create={create}
      isReady={/^.+@.+$/.test(address.trim()) && bytes !== undefined}
      shown={
        create.isSuccess
          ? {
              title: t('accounts.created', { address }),
              content: password === '' ? t('accounts.createdWithout') : <NewPassword password={password} />,
            }
          : null
      }
      onSubmit={() =>
        create.mutate({
          body: {
            address: address.trim(),
            displayName: displayName.trim(),
            quotaBytes: bytes ?? null,
            isEnabled: true,
            contact: {},
            isHidden: false,
            ...(password !== '' && { password }),
          },
        })
      }
      onClose={onClose}
    >
      <TextInput
        label={t('accounts.address')}
        description={t('accounts.addressHelp')}
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
        autoComplete="off"
        autoCapitalize="none"
        data-autofocus
      />
      <TextInput
        label={t('accounts.name')}
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
        autoComplete="off"
      />
      <PasswordFields value={password} onChange={setPassword} />
      <QuotaField value={quota} onChange={setQuota} />
    </CreateDialog>
  );
}
