// Until when a certificate is good, in the colour of its state.
import { formatDay } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { type Certificate, stateTones } from './days.ts';

export function Ends({
  certificate: { state, daysLeft, notBefore, notAfter },
}: {
  certificate: Certificate;
}) {
  const { t, language } = useWords();
  const day = formatDay(notAfter, language);
  return (
    <StatusBadge tone={stateTones[state]}>
      {state === 'notYet'
        ? t('certificates.notYet', { day: formatDay(notBefore, language) })
        : state === 'expired'
          ? t('certificates.over', { day })
          : t('certificates.left', { count: daysLeft, day })}
    </StatusBadge>
  );
}
