// The first page for whoever is not logged in.
import { useEffect } from 'react';
import { useWords } from '../i18n/index.ts';
import { LanguageSwitch } from './LanguageSwitch.tsx';
import { LoginForm } from './LoginForm.tsx';

export function LoginPage() {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${t('login.title')} · ${t('app.name')}`;
  }, [t]);
  return (
    <main className="p-login">
      <section className="p-block" aria-labelledby="login-title">
        <div className="p-block-head">
          <h1 id="login-title">{t('app.name')}</h1>
          <LanguageSwitch />
        </div>
        <LoginForm />
      </section>
    </main>
  );
}
