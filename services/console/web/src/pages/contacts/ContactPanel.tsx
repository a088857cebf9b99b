// One external contact over the list: added, changed, removed.
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Select, TextInput } from '../../ui/controls.ts';
import { PanelForm } from '../../ui/PanelForm.tsx';
import { toast } from '../../ui/toast.tsx';
import { changedFields } from '../accounts/contact-fields.ts';
import { ContactInputs, PhotoInput, useFieldProblems } from '../accounts/ContactInputs.tsx';

type Contact = Answer<'GET /contacts'>['contacts'][number];

interface ContactPanelProps {
  /** Undefined: one that is not there yet. */
  contact: Contact | undefined;
  /** Of a new one, where the list shows one domain. */
  domain: string | undefined;
  isReadOnly: boolean;
  onClose: () => void;
}

export function ContactPanel({ contact: known, domain, isReadOnly, onClose }: ContactPanelProps) {
  const { t } = useWords();
  const domains = useApi('GET /domains').data?.domains.map(({ name }) => name) ?? [];
  const [chosen, setChosen] = useState(known?.domain ?? domain);
  const name = chosen ?? domains[0] ?? '';
  const [address, setAddress] = useState(known?.address ?? '');
  const [displayName, setDisplayName] = useState(known?.displayName ?? '');
  const [contact, setContact] = useState(known?.contact ?? {});
  // Undefined: as it is.
  const [photo, setPhoto] = useState<string | null | undefined>();
  const [isDeleting, setIsDeleting] = useState(false);
  const remove = useChange('DELETE /domains/:name/contacts/:address', ['/contacts']);
  const saving = useSaving(known, onClose);
  const { wrong, isAtField } = useFieldProblems(saving.fieldError);
  const own = { name, address: known?.address ?? '' };
  const kept = useApi(
    'GET /domains/:name/contacts/:address/photo',
    { params: own },
    { enabled: known?.hasPhoto === true },
  ).data?.photo?.jpeg;
  return (
    <PanelForm
      title={known?.address ?? t('external.add')}
      isNew={known === undefined}
      isReadOnly={isReadOnly}
      isBusy={saving.isBusy}
      isReady={address.includes('@') && name !== ''}
      error={isAtField ? null : saving.error}
      // What fails is shown at its field, or below.
      onSave={() => void saving.save({ name, address, displayName, contact, photo }).catch(() => {})}
      onDelete={() => setIsDeleting(true)}
      deleteVerb={t('external.delete')}
      onClose={onClose}
    >
      {known === undefined && (
        <Select
          label={t('external.domain')}
          value={name}
          allowDeselect={false}
          searchable
          onChange={(one) => setChosen(one ?? undefined)}
          data={domains}
        />
      )}
      <TextInput
        label={t('accounts.address')}
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
        readOnly={isReadOnly}
        autoComplete="off"
        data-autofocus
      />
      <TextInput
        label={t('accounts.name')}
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
        readOnly={isReadOnly}
        autoComplete="off"
      />
      <PhotoInput
        shown={photo === undefined ? ((known?.hasPhoto === true ? kept : null) ?? null) : photo}
        name={displayName || address}
        isReadOnly={isReadOnly}
        onChange={setPhoto}
      />
      <ContactInputs contact={contact} wrong={wrong} isReadOnly={isReadOnly} onChange={setContact} />
      {isDeleting && (
        <Confirm
          title={t('external.delete')}
          verb={t('external.delete')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params: own }, { onSuccess: onClose })}
          onClose={() => setIsDeleting(false)}
        >
          {t('external.deleteText', { address: own.address, domain: name })}
        </Confirm>
      )}
    </PanelForm>
  );
}

interface Typed {
  /** Of the domain. */
  name: string;
  address: string;
  displayName: string;
  contact: Contact['contact'];
  /** Undefined: as it is. */
  photo: string | null | undefined;
}

/** Adds or changes it, and then its photo. */
function useSaving(known: Contact | undefined, onSaved: () => void) {
  const { t } = useWords();
  const create = useChange('POST /domains/:name/contacts', ['/contacts']);
  const update = useChange('PATCH /domains/:name/contacts/:address', ['/contacts']);
  const putPhoto = useChange('PUT /domains/:name/contacts/:address/photo', ['/contacts', '/domains']);

  async function save({ name, address, displayName, contact, photo }: Typed): Promise<void> {
    const typed = address.trim();
    const fields = {
      displayName: displayName.trim(),
      contact: changedFields(known?.contact ?? {}, contact),
    };
    const saved =
      known === undefined
        ? await create.mutateAsync({ params: { name }, body: { address: typed, ...fields } })
        : await update.mutateAsync({
            params: { name, address: known.address },
            body: { ...fields, ...(typed !== known.address && { newAddress: typed }) },
          });
    if (photo !== undefined) {
      const { address: present } = saved.contact;
      await putPhoto.mutateAsync({ params: { name, address: present }, body: { jpeg: photo } });
    }
    toast(t('external.saved'));
    onSaved();
  }

  const fieldError = create.error ?? update.error;
  return {
    save,
    fieldError,
    error: fieldError ?? putPhoto.error,
    isBusy: create.isPending || update.isPending || putPhoto.isPending,
  };
}
