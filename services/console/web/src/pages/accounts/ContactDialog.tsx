// What the address book says of a mailbox: contact fields, a photo, and whether it is in the book at all.
import { useState } from 'react';
import { base64 } from '../../api/base64.ts';
import { asProblem } from '../../api/problem.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, FileButton, Stack, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Switch } from '../../ui/inputs.tsx';
import { Notice, sentence } from '../../ui/Notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { type Account, changedFields, contactFields, contactTypes } from './contact-fields.ts';
import { Face } from './Face.tsx';
import { smallJpeg } from './small-jpeg.ts';
import './contacts.css';

export function ContactDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t, say } = useWords();
  const { address } = account;
  const [contact, setContact] = useState(account.contact);
  const [isHidden, setIsHidden] = useState(account.isHidden);
  // Undefined: as it is.
  const [photo, setPhoto] = useState<string | null | undefined>();
  const update = useChange('PATCH /accounts/:address', ['/accounts']);
  const setIt = useChange('PUT /accounts/:address/photo', ['/accounts']);
  const problems = update.error === null ? [] : asProblem(update.error).errors;
  const wrong = (field: string): string | undefined => {
    const found = problems.find((problem) => problem.field === `contact.${field}`);
    return found === undefined ? undefined : sentence(say(found.message));
  };
  const isAtField = contactFields.some((field) => wrong(field) !== undefined);

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
        <PhotoField account={account} photo={photo} onChange={setPhoto} />
        <div className="p-contact-fields">
          {contactFields.map((field) => (
            <TextInput
              key={field}
              label={t(`contacts.${field}`)}
              type={contactTypes[field]}
              // Of somebody else: a browser knows only its own owner.
              autoComplete="off"
              value={contact[field] ?? ''}
              error={wrong(field)}
              onChange={({ currentTarget: { value } }) => setContact({ ...contact, [field]: value })}
            />
          ))}
        </div>
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

interface PhotoFieldProps {
  account: Account;
  photo: string | null | undefined;
  onChange: (photo: string | null) => void;
}

function PhotoField({ account, photo, onChange }: PhotoFieldProps) {
  const { t } = useWords();
  const [isWrong, setIsWrong] = useState(false);
  const { data } = useApi(
    'GET /accounts/:address/photo',
    { params: { address: account.address } },
    { enabled: account.hasPhoto },
  );
  const kept = account.hasPhoto ? (data?.photo?.jpeg ?? null) : null;
  const shown = photo === undefined ? kept : photo;

  async function choose(file: File | null): Promise<void> {
    if (file === null) return;
    const jpeg = await smallJpeg(file);
    setIsWrong(jpeg === null);
    if (jpeg !== null) onChange(base64(jpeg));
  }

  return (
    <div>
      <div className="p-contact-photo">
        {shown !== null && <Face jpeg={shown} name={account.displayName || account.address} />}
        <FileButton onChange={(file) => void choose(file)} accept="image/jpeg,image/png,image/webp">
          {(props) => (
            <Button variant="default" {...props}>
              {t('contacts.choosePhoto')}
            </Button>
          )}
        </FileButton>
        {shown !== null && (
          <Button variant="default" onClick={() => onChange(null)}>
            {t('contacts.removePhoto')}
          </Button>
        )}
      </div>
      {isWrong && <Notice tone="warn">{t('contacts.noPicture')}</Notice>}
    </div>
  );
}
