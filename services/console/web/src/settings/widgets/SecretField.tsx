// A password: not set, set, or being typed. The input is in the page only while it is typed, and is not named like a
// log-in: otherwise browsers fill in the administrator's own.
import type { SecretDescription } from '@pochtar/settings/forms';
import { useState } from 'react';
import { useWords } from '../../i18n/index.ts';
import { Button, PasswordInput } from '../../ui/controls.ts';
import { useAt, useForm } from '../use-draft.ts';

interface SecretProps {
  id: string;
  path: string;
  secret: SecretDescription;
  describedBy: string | undefined;
  isInvalid: boolean;
}

export function SecretField({ id, path, secret, describedBy, isInvalid }: SecretProps) {
  const { t } = useWords();
  const { draft, isReadOnly } = useForm();
  const typed = useAt(path, (of) => of.secret(path));
  const isSet = useAt(path, (of) => of.isSecretSet(path));
  const [isTyping, setIsTyping] = useState(typeof typed === 'string');
  if (isTyping) {
    return (
      <div className="f-number">
        <PasswordInput
          id={id}
          className="f-medium"
          autoComplete="new-password"
          name={`value-${secret.name}`}
          maxLength={secret.maxLength}
          value={typed ?? ''}
          onChange={(event) => draft.setSecret(path, event.currentTarget.value)}
          error={isInvalid}
          aria-describedby={describedBy}
          data-autofocus
          visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
        />
        <Button
          variant="subtle"
          size="xs"
          onClick={() => {
            draft.setSecret(path, undefined);
            setIsTyping(false);
          }}
        >
          {t('action.cancel')}
        </Button>
      </div>
    );
  }
  const isRemoved = typed === null;
  return (
    <div className="f-number" id={id} tabIndex={-1}>
      <span className={isSet && !isRemoved ? undefined : 'p-muted'}>
        {isRemoved ? t('secret.removed') : isSet ? t('secret.set') : t('secret.unset')}
      </span>
      {!isReadOnly && (
        <>
          <Button variant="default" size="xs" onClick={() => setIsTyping(true)}>
            {isSet ? t('action.change') : t('secret.give')}
          </Button>
          {isSet && (
            <Button
              variant="subtle"
              size="xs"
              onClick={() => draft.setSecret(path, isRemoved ? undefined : null)}
            >
              {isRemoved ? t('secret.keep') : t('action.delete')}
            </Button>
          )}
        </>
      )}
    </div>
  );
}
