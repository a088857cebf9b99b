// One mailbox over the list: who, how full, what leads here, and what can be done.
import { lazy, Suspense, useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button, Stack, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Failure } from '../../ui/Notice.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { toast } from '../../ui/toast.tsx';
import { ContactFacts } from './ContactFacts.tsx';
import { NewPassword, PasswordFields } from './PasswordFields.tsx';
import { QuotaField, quotaBytes, quotaText } from './QuotaFields.tsx';
import { Used } from './Used.tsx';

/** Comes when it is opened. */
const ContactDialog = lazy(async () => ({ default: (await import('./ContactDialog.tsx')).ContactDialog }));

type Account = Answer<'GET /accounts/:address'>['account'];

export function AccountPanel({
  address,
  isReadOnly,
  onClose,
}: {
  address: string;
  isReadOnly: boolean;
  onClose: () => void;
}) {
  const { data, error, refetch } = useApi('GET /accounts/:address', { params: { address } });
  return (
    <SidePanel title={address} onClose={onClose}>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Loading height={200} />}
      {data !== undefined && (
        <>
          <Details {...data} />
          <ContactFacts account={data.account} />
          {!isReadOnly && <Actions account={data.account} onGone={onClose} />}
        </>
      )}
    </SidePanel>
  );
}

function Details({ account, aliases, groups }: Answer<'GET /accounts/:address'>) {
  const { t } = useWords();
  const list = (addresses: readonly string[]) =>
    addresses.length === 0 ? (
      <span className="p-muted">{t('common.none')}</span>
    ) : (
      addresses.map((one) => <div key={one}>{one}</div>)
    );
  return (
    <Facts
      facts={[
        [t('accounts.name'), <Foreign key="n" text={account.displayName} />],
        [
          t('state.title'),
          <StatusBadge key="s" tone={account.isEnabled ? 'ok' : 'danger'}>
            {account.isEnabled ? t('accounts.enabled') : t('accounts.disabled')}
          </StatusBadge>,
        ],
        [t('accounts.password'), account.hasPassword ? t('secret.set') : t('secret.unset')],
        [t('accounts.used'), <Used key="u" account={account} />],
        [t('accounts.aliases'), list(aliases)],
        [t('accounts.groups'), list(groups)],
        [t('common.created'), <Time key="c" at={account.createdAt} />],
      ]}
    />
  );
}

type Doing = 'edit' | 'contact' | 'password' | 'block' | 'delete' | null;

function Actions({ account, onGone }: { account: Account; onGone: () => void }) {
  const { t } = useWords();
  const [doing, setDoing] = useState<Doing>(null);
  const close = () => setDoing(null);
  return (
    <>
      <div className="p-actions p-gap">
        <Button variant="default" onClick={() => setDoing('edit')}>
          {t('accounts.edit')}
        </Button>
        <Button variant="default" onClick={() => setDoing('contact')}>
          {t('contacts.title')}
        </Button>
        <Button variant="default" onClick={() => setDoing('password')}>
          {t('accounts.setPassword')}
        </Button>
        <Button variant="default" onClick={() => setDoing('block')}>
          {account.isEnabled ? t('accounts.block') : t('accounts.unblock')}
        </Button>
        <Button variant="outline" color="red" onClick={() => setDoing('delete')}>
          {t('accounts.delete')}
        </Button>
      </div>
      {doing === 'edit' && <Edit account={account} onClose={close} />}
      {doing === 'contact' && (
        <Suspense fallback={null}>
          <ContactDialog account={account} onClose={close} />
        </Suspense>
      )}
      {doing === 'password' && <SetPassword address={account.address} onClose={close} />}
      {doing === 'block' && <Block account={account} onClose={close} />}
      {doing === 'delete' && <Remove address={account.address} onClose={close} onGone={onGone} />}
    </>
  );
}

function Edit({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useWords();
  const [displayName, setDisplayName] = useState(account.displayName);
  const [quota, setQuota] = useState(quotaText(account.quotaBytes));
  const update = useChange('PATCH /accounts/:address', ['/accounts']);
  const bytes = quotaBytes(quota);
  return (
    <Dialog
      title={t('accounts.edit')}
      verb={t('action.save')}
      isBusy={update.isPending}
      isReady={bytes !== undefined}
      error={update.error}
      onSubmit={() =>
        update.mutate(
          { params: { address: account.address }, body: { displayName, quotaBytes: bytes ?? null } },
          { onSuccess: onClose },
        )
      }
      onClose={onClose}
    >
      <Stack gap="sm">
        <TextInput
          label={t('accounts.name')}
          value={displayName}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
          data-autofocus
        />
        <QuotaField value={quota} onChange={setQuota} />
      </Stack>
    </Dialog>
  );
}

function SetPassword({ address, onClose }: { address: string; onClose: () => void }) {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const change = useChange('PUT /accounts/:address/password', ['/accounts']);
  if (change.isSuccess) {
    return (
      <Dialog title={address} onClose={onClose}>
        <NewPassword password={password} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t('accounts.setPassword')}
      verb={t('action.save')}
      isBusy={change.isPending}
      isReady={password !== ''}
      error={change.error}
      onSubmit={() => change.mutate({ params: { address }, body: { password } })}
      onClose={onClose}
    >
      <PasswordFields value={password} onChange={setPassword} />
    </Dialog>
  );
}

function Block({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useWords();
  const { address, isEnabled } = account;
  const update = useChange('PATCH /accounts/:address', ['/accounts']);
  return (
    <Confirm
      title={address}
      verb={isEnabled ? t('accounts.block') : t('accounts.unblock')}
      isDangerous={isEnabled}
      isBusy={update.isPending}
      error={update.error}
      onConfirm={() =>
        update.mutate({ params: { address }, body: { isEnabled: !isEnabled } }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      {isEnabled ? t('accounts.blockText') : t('accounts.unblockText')}
    </Confirm>
  );
}

function Remove({ address, onClose, onGone }: { address: string; onClose: () => void; onGone: () => void }) {
  const { t } = useWords();
  // The list; not the mailbox itself, which is gone.
  const remove = useChange('DELETE /accounts/:address', ['/accounts', '/domains']);
  return (
    <Confirm
      title={t('accounts.delete')}
      verb={t('accounts.delete')}
      typed={address}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() =>
        remove.mutate(
          { params: { address } },
          {
            onSuccess: () => {
              toast(t('accounts.deleted', { address }));
              onGone();
            },
          },
        )
      }
      onClose={onClose}
    >
      {t('accounts.deleteText')}
    </Confirm>
  );
}
