// Networks by name, which entries of the lists refer to.
import { useState } from 'react';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, TagsInput, TextInput } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { PanelForm } from '../../ui/PanelForm.tsx';
import { toast } from '../../ui/toast.tsx';
import { useCursor, useView } from '../search.ts';
import { ListTabs } from './ListTabs.tsx';
import type { Network } from './parts.ts';

/** Stands in the address for one that is not there yet. */
const fresh = '+';

export function NetworksPage() {
  const { t } = useWords();
  const isReadOnly = useWho().role === 'auditor';
  const [view, setView] = useView();
  const cursor = useCursor('');
  const query = { after: cursor.after, limit: 50 };
  const { data, error, isFetching, refetch } = useApi('GET /lists/networks', { query });
  const opened = data?.networks.find(({ name }) => name === view.open);
  const add = <Button onClick={() => setView({ open: fresh })}>{t('lists.addNetwork')}</Button>;
  return (
    <Page title={t('lists.networks')} path={[t('menu.protection')]} actions={!isReadOnly && add}>
      <ListTabs current="networks" />
      <p className="p-muted">{t('lists.networksHelp')}</p>
      <DataTable<Network>
        label={t('lists.networks')}
        rows={data?.networks}
        rowKey={({ name }) => name}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ name }) => setView({ open: name })}
        columns={[
          { key: 'name', title: t('lists.networkName'), cell: ({ name }) => <b>{name}</b> },
          {
            key: 'addresses',
            title: t('lists.addresses'),
            cell: ({ addresses }) => <Foreign text={addresses.join(', ')} maxLength={200} />,
          },
          { key: 'comment', title: t('lists.comment'), cell: ({ comment }) => <Foreign text={comment} /> },
          {
            key: 'usedBy',
            title: t('lists.usedBy'),
            cell: ({ usedBy }) =>
              usedBy.map((list) => t(list === 'white' ? 'lists.white' : 'lists.black')).join(', '),
          },
        ]}
        empty={<Empty action={!isReadOnly && add}>{t('lists.emptyNetworks')}</Empty>}
      />
      <Pager cursor={cursor} next={data?.next} />
      {(opened !== undefined || view.open === fresh) && (
        <NetworkPanel network={opened} isReadOnly={isReadOnly} onClose={() => setView({ open: undefined })} />
      )}
    </Page>
  );
}

interface PanelProps {
  network: Network | undefined;
  isReadOnly: boolean;
  onClose: () => void;
}

function NetworkPanel({ network, isReadOnly, onClose }: PanelProps) {
  const { t } = useWords();
  const [name, setName] = useState(network?.name ?? '');
  const [addresses, setAddresses] = useState<string[]>(network?.addresses ?? []);
  const [comment, setComment] = useState(network?.comment ?? '');
  const create = useChange('POST /lists/networks', ['/lists']);
  const update = useChange('PATCH /lists/networks/:name', ['/lists']);
  const remove = useChange('DELETE /lists/networks/:name', ['/lists']);
  const onSuccess = () => {
    toast(t('lists.changed'));
    onClose();
  };
  const isReady = name.trim() !== '' && addresses.length > 0 && !isReadOnly;
  const save = () =>
    network === undefined
      ? create.mutate({ body: { name: name.trim(), addresses, comment } }, { onSuccess })
      : update.mutate(
          { params: { name: network.name }, body: { newName: name.trim(), addresses, comment } },
          { onSuccess },
        );
  return (
    <PanelForm
      title={network?.name ?? t('lists.addNetwork')}
      isNew={network === undefined}
      isReadOnly={isReadOnly}
      isBusy={create.isPending || update.isPending}
      isReady={isReady}
      error={create.error ?? update.error ?? remove.error}
      onSave={save}
      onDelete={() =>
        network !== undefined && remove.mutate({ params: { name: network.name } }, { onSuccess: onClose })
      }
      isDeleting={remove.isPending}
      deleteVerb={t('lists.removeNetwork')}
      onClose={onClose}
    >
      <TextInput
        label={t('lists.networkName')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        readOnly={isReadOnly}
        maxLength={64}
        autoComplete="off"
        data-autofocus
      />
      <TagsInput
        label={t('lists.addresses')}
        description={t('lists.addressesHelp')}
        value={addresses}
        onChange={setAddresses}
        splitChars={[',', ';', ' ', '\n']}
        acceptValueOnBlur
        readOnly={isReadOnly}
      />
      <TextInput
        label={t('lists.comment')}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
        readOnly={isReadOnly}
        maxLength={200}
        autoComplete="off"
      />
    </PanelForm>
  );
}
