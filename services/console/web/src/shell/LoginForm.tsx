// The fields of logging in: on the log-in page, and in the dialog over a page whose session is over.
import { type FormEvent, useState } from 'react';
import { call } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import { session, type Who } from '../api/session.ts';
import { useWords } from '../i18n/index.ts';
import { Button, PasswordInput, Stack, TextInput } from '../ui/controls.ts';
import { Failure, Notice } from '../ui/Notice.tsx';

export function LoginForm({ login: known }: { login?: string }) {
  const { t } = useWords();
  const [login, setLogin] = useState(known ?? '');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [isSent, setIsSent] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setIsSent(true);
    if (login.trim() === '' || password === '') return;
    setIsBusy(true);
    setError(null);
    try {
      const who: Who = await call('POST /session', { body: { login: login.trim(), password } });
      setPassword('');
      setIsSent(false);
      session.begin(who);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setIsBusy(false);
    }
  }

  const { retryAfter } = error === null ? { retryAfter: undefined } : asProblem(error);
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="sm">
        <TextInput
          label={t('login.login')}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          error={isSent && login.trim() === '' ? t('login.required') : undefined}
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
          data-autofocus={known === undefined ? true : undefined}
        />
        <PasswordInput
          label={t('login.password')}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          error={isSent && password === '' ? t('login.passwordRequired') : undefined}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          data-autofocus={known === undefined ? undefined : true}
          visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
        />
        {error !== null && <Failure error={error} />}
        {retryAfter !== undefined && <Notice>{t('login.wait', { count: retryAfter })}</Notice>}
        <Button type="submit" loading={isBusy}>
          {t('login.submit')}
        </Button>
      </Stack>
    </form>
  );
}
