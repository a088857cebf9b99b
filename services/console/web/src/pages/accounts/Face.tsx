// The photo of a mailbox.
import { useWords } from '../../i18n/index.ts';
import './contacts.css';

export function Face({ jpeg, name }: { jpeg: string; name: string }) {
  const { t } = useWords();
  return (
    <img className="p-face" src={`data:image/jpeg;base64,${jpeg}`} alt={t('contacts.photoOf', { name })} />
  );
}
