// When a mail is deleted by itself; what is past is looked for every now and then.
import { isPast } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Time } from '../../ui/Time.tsx';

export function Expires({ at, relative = false }: { at: string | null; relative?: boolean }) {
  const { t } = useWords();
  if (at === null) return t('quarantine.never');
  return isPast(at) ? t('quarantine.soon') : <Time at={at} relative={relative} />;
}
