// What the sender wrote above the mail, or that there is nothing.
import { useWords } from '../../i18n/index.ts';
import { Foreign } from '../../ui/Foreign.tsx';

export function Subject({ text, maxLength = 400 }: { text: string; maxLength?: number }) {
  const { t } = useWords();
  if (text === '') return <span className="p-muted">{t('quarantine.noSubject')}</span>;
  return <Foreign text={text} maxLength={maxLength} />;
}
