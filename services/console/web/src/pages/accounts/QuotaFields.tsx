// A quota as people say it: a number of megabytes, or no limit.
import { useWords } from '../../i18n/index.ts';
import { TextInput } from '../../ui/controls.ts';

const megabyte = 1024 * 1024;

export function quotaText(bytes: number | null): string {
  return bytes === null ? '' : String(Math.round(bytes / megabyte));
}

/** Undefined: not a number. */
export function quotaBytes(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^[1-9]\d{0,8}$/.test(trimmed) ? Number(trimmed) * megabyte : undefined;
}

export function QuotaField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useWords();
  return (
    <TextInput
      label={t('accounts.quotaMb')}
      description={t('accounts.quotaHelp')}
      inputMode="numeric"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={quotaBytes(value) === undefined ? t('accounts.quotaWrong') : undefined}
    />
  );
}
