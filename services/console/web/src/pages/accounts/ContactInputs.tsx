// The inputs of what the address book says of somebody: contact fields and a photo; the same for mailboxes and for people
// outside.
import { useState } from 'react';
import { base64 } from '../../api/base64.ts';
import { asProblem } from '../../api/problem.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, FileButton, TextInput } from '../../ui/controls.ts';
import { Notice, sentence } from '../../ui/Notice.tsx';
import { type Contact, contactFields, contactTypes } from './contact-fields.ts';
import { Face } from './Face.tsx';
import { smallJpeg } from './small-jpeg.ts';
import './contacts.css';

/** What a request complains of, by contact field. */
export function useFieldProblems(error: unknown): {
  wrong: (field: string) => string | undefined;
  isAtField: boolean;
} {
  const { say } = useWords();
  const problems = error === null ? [] : asProblem(error).errors;
  const wrong = (field: string): string | undefined => {
    const found = problems.find((problem) => problem.field === `contact.${field}`);
    return found === undefined ? undefined : sentence(say(found.message));
  };
  return { wrong, isAtField: contactFields.some((field) => wrong(field) !== undefined) };
}

interface ContactInputsProps {
  contact: Contact;
  wrong: (field: string) => string | undefined;
  isReadOnly?: boolean;
  onChange: (contact: Contact) => void;
}

export function ContactInputs({ contact, wrong, isReadOnly = false, onChange }: ContactInputsProps) {
  const { t } = useWords();
  return (
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
          readOnly={isReadOnly}
          onChange={({ currentTarget: { value } }) => onChange({ ...contact, [field]: value })}
        />
      ))}
    </div>
  );
}

interface PhotoInputProps {
  /** null: there is none. */
  shown: string | null;
  name: string;
  isReadOnly?: boolean;
  onChange: (photo: string | null) => void;
}

export function PhotoInput({ shown, name, isReadOnly = false, onChange }: PhotoInputProps) {
  const { t } = useWords();
  const [isWrong, setIsWrong] = useState(false);

  async function choose(file: File | null): Promise<void> {
    if (file === null) return;
    const jpeg = await smallJpeg(file);
    setIsWrong(jpeg === null);
    if (jpeg !== null) onChange(base64(jpeg));
  }

  return (
    <div>
      <div className="p-contact-photo">
        {shown !== null && <Face jpeg={shown} name={name} />}
        {!isReadOnly && (
          <FileButton onChange={(file) => void choose(file)} accept="image/jpeg,image/png,image/webp">
            {(props) => (
              <Button variant="default" {...props}>
                {t('contacts.choosePhoto')}
              </Button>
            )}
          </FileButton>
        )}
        {shown !== null && !isReadOnly && (
          <Button variant="default" onClick={() => onChange(null)}>
            {t('contacts.removePhoto')}
          </Button>
        )}
      </div>
      {isWrong && <Notice tone="warn">{t('contacts.noPicture')}</Notice>}
    </div>
  );
}
