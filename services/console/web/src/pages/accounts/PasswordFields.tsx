// A password: typed, or made here and shown once, with a button that copies it.
import { useWords } from '../../i18n/index.ts';
import { CodeLine } from '../../ui/CodeLine.tsx';
import { Button, PasswordInput, Stack } from '../../ui/controls.ts';
import { Notice } from '../../ui/Notice.tsx';
import { newPassword } from './password.ts';

interface PasswordFieldsProps {
  value: string;
  onChange: (value: string) => void;
}

export function PasswordFields({ value, onChange }: PasswordFieldsProps) {
  const { t } = useWords();
  return (
    <Stack gap={6}>
      <PasswordInput
        label={t('accounts.password')}
        autoComplete="new-password"
        name="value-password"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
      />
      <div>
        <Button variant="default" size="xs" onClick={() => onChange(newPassword())}>
          {t('accounts.makePassword')}
        </Button>
      </div>
    </Stack>
  );
}

/** Shown once, after it has been stored. */
export function NewPassword({ password }: { password: string }) {
  const { t } = useWords();
  return (
    <Notice tone="ok">
      <p>{t('accounts.passwordOnce')}</p>
      <CodeLine>{password}</CodeLine>
    </Notice>
  );
}
