// How full a mailbox is: a bar where there is a quota.
import { formatSize } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Meter } from '../../ui/Meter.tsx';

export function Used({ account }: { account: { usedBytes: number; quotaBytes: number | null } }) {
  const { t, language } = useWords();
  const { usedBytes, quotaBytes } = account;
  const used = formatSize(usedBytes, language);
  return (
    <Meter label={t('accounts.used')} share={quotaBytes === null ? null : usedBytes / quotaBytes}>
      {quotaBytes === null ? used : t('accounts.usedOf', { used, quota: formatSize(quotaBytes, language) })}
    </Meter>
  );
}
