// The session is over: log in over the page, which stays as it is; the requests that wait are then repeated.
import { session } from '../api/session.ts';
import { useStore } from '../api/store.ts';
import { useWords } from '../i18n/index.ts';
import { Modal } from '../ui/controls.ts';
import { LoginForm } from './LoginForm.tsx';

export function SessionDialog() {
  const { t } = useWords();
  const isOver = useStore(session.isOver);
  const who = useStore(session.who);
  return (
    <Modal
      opened={isOver}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('session.title')}
      zIndex={400}
    >
      <p>{t('session.text')}</p>
      <LoginForm {...(who !== null && { login: who.login })} />
    </Modal>
  );
}
