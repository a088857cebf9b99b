// One alias or group over the list: made, changed, removed.
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { TagsInput, TextInput } from '../../ui/controls.ts';
import { PanelForm } from '../../ui/PanelForm.tsx';
import { toast } from '../../ui/toast.tsx';

type Alias = Answer<'GET /aliases'>['aliases'][number];
type Group = Answer<'GET /groups'>['groups'][number];

const splitChars = [',', ';', ' ', '\n'];

export function AliasPanel({
  alias,
  isReadOnly,
  onClose,
}: {
  alias: Alias | undefined;
  isReadOnly: boolean;
  onClose: () => void;
}) {
  const { t } = useWords();
  const [address, setAddress] = useState(alias?.address ?? '');
  const [targets, setTargets] = useState<string[]>(alias?.targets ?? []);
  const [isDeleting, setIsDeleting] = useState(false);
  const create = useChange('POST /aliases', ['/aliases', '/domains', '/accounts']);
  const update = useChange('PATCH /aliases/:address', ['/aliases', '/accounts']);
  const remove = useChange('DELETE /aliases/:address', ['/aliases', '/domains', '/accounts']);
  const onSuccess = () => {
    toast(t('names.changed'));
    onClose();
  };
  const save = () =>
    alias === undefined
      ? create.mutate({ body: { address: address.trim(), targets } }, { onSuccess })
      : update.mutate({ params: { address: alias.address }, body: { targets } }, { onSuccess });
  return (
    <PanelForm
      title={alias?.address ?? t('names.addAlias')}
      isNew={alias === undefined}
      isReadOnly={isReadOnly}
      isBusy={create.isPending || update.isPending}
      isReady={address.includes('@') && targets.length > 0}
      error={create.error ?? update.error}
      onSave={save}
      onDelete={() => setIsDeleting(true)}
      deleteVerb={t('names.deleteAlias')}
      onClose={onClose}
    >
      {alias === undefined && (
        <TextInput
          label={t('names.address')}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
      )}
      <TagsInput
        label={t('names.targets')}
        description={t('names.targetsHelp')}
        value={targets}
        onChange={setTargets}
        splitChars={splitChars}
        acceptValueOnBlur
        readOnly={isReadOnly}
      />
      {isDeleting && (
        <Confirm
          title={t('names.deleteAlias')}
          verb={t('names.deleteAlias')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params: { address } }, { onSuccess: onClose })}
          onClose={() => setIsDeleting(false)}
        >
          {t('names.deleteText', { address })}
        </Confirm>
      )}
    </PanelForm>
  );
}

export function GroupPanel({
  group,
  isReadOnly,
  onClose,
}: {
  group: Group | undefined;
  isReadOnly: boolean;
  onClose: () => void;
}) {
  const { t } = useWords();
  const [address, setAddress] = useState(group?.address ?? '');
  const [name, setName] = useState(group?.name ?? '');
  const [members, setMembers] = useState<string[]>(group?.members ?? []);
  const [isDeleting, setIsDeleting] = useState(false);
  // What is not shown stays: only what is added and removed is sent.
  const isCut = group !== undefined && group.memberCount > group.members.length;
  const create = useChange('POST /groups', ['/groups', '/domains', '/accounts']);
  const update = useChange('PATCH /groups/:address', ['/groups', '/accounts']);
  const remove = useChange('DELETE /groups/:address', ['/groups', '/domains', '/accounts']);
  const onSuccess = () => {
    toast(t('names.changed'));
    onClose();
  };
  const save = () => {
    if (group === undefined) {
      create.mutate({ body: { address: address.trim(), name, members } }, { onSuccess });
      return;
    }
    const add = members.filter((one) => !group.members.includes(one));
    const gone = group.members.filter((one) => !members.includes(one));
    update.mutate({ params: { address: group.address }, body: { name, add, remove: gone } }, { onSuccess });
  };
  return (
    <PanelForm
      title={group?.address ?? t('names.addGroup')}
      isNew={group === undefined}
      isReadOnly={isReadOnly}
      isBusy={create.isPending || update.isPending}
      isReady={address.includes('@')}
      error={create.error ?? update.error}
      onSave={save}
      onDelete={() => setIsDeleting(true)}
      deleteVerb={t('names.deleteGroup')}
      onClose={onClose}
    >
      {group === undefined && (
        <TextInput
          label={t('names.address')}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
      )}
      <TextInput
        label={t('names.name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        readOnly={isReadOnly}
        autoComplete="off"
      />
      <TagsInput
        label={t('names.members')}
        description={isCut ? t('names.cut', { count: group?.members.length ?? 0 }) : t('names.targetsHelp')}
        value={members}
        onChange={setMembers}
        splitChars={splitChars}
        acceptValueOnBlur
        readOnly={isReadOnly}
      />
      {isDeleting && (
        <Confirm
          title={t('names.deleteGroup')}
          verb={t('names.deleteGroup')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params: { address } }, { onSuccess: onClose })}
          onClose={() => setIsDeleting(false)}
        >
          {t('names.deleteText', { address })}
        </Confirm>
      )}
    </PanelForm>
  );
}
