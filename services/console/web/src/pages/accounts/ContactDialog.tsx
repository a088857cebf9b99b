// What the address book says of a mailbox: contact fields, a photo, and whether it is in the book at all.
import { useState } from 'react';
import { useApi, useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Stack } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Switch } from '../../ui/inputs.tsx';
import { toast } from '../../ui/toast.tsx';
import { type Account, changedFields } from './contact-fields.ts';
import { ContactInputs, PhotoInput, useFieldProblems } from './ContactInputs.tsx';

export function ContactDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useWords();
  const { address } = account;
  const [contact, setContact] = useState(account.contact);
  const [isHidden, setIsHidden] = useState(account.isHidden);
  // Undefined: as it is.
  const [photo, setPhoto] = useState<string | null | undefined>();
  const update = useChange('PATCH /accounts/:address', ['/accounts']);
  const setIt = useChange('PUT /accounts/:address/photo', ['/accounts']);
  const { wrong, isAtField } = useFieldProblems(update.error);
  const kept = useApi('GET /accounts/:address/photo', { params: { address } }, { enabled: account.hasPhoto })
    .data?.photo?.jpeg;

  async function save(): Promise<void> {
    const params = { address };
    await update.mutateAsync({
      params,
      body: { contact: changedFields(account.contact, contact), isHidden },
    });
    if (photo !== undefined) await setIt.mutateAsync({ params, body: { jpeg: photo } });
    toast(t('contacts.saved'));
    onClose();
  }

  return (
    <Dialog
      title={t('contacts.title')}
      verb={t('action.save')}
      size={640}
      isBusy={update.isPending || setIt.isPending}
      error={isAtField ? null : (update.error ?? setIt.error)}
      // What fails is shown at its field, or below.
      onSubmit={() => void save().catch(() => {})}
      onClose={onClose}
    >
      <Stack gap="sm">
        <p className="p-muted">{t('contacts.help')}</p>
        <PhotoInput
          shown={photo === undefined ? ((account.hasPhoto ? kept : null) ?? null) : photo}
          name={account.displayName || address}
          onChange={setPhoto}
        />
        <ContactInputs contact={contact} wrong={wrong} onChange={setContact} />
        <div>
          <Switch
            label={t('contacts.hide')}
            checked={isHidden}
            aria-describedby="contacts-hide-help"
            onChange={({ currentTarget }) => setIsHidden(currentTarget.checked)}
          />
          <p id="contacts-hide-help" className="p-muted p-small">
            {t('contacts.hideHelp')}
          </p>
        </div>
      </Stack>
    </Dialog>
  );
}
