// Narrows a list to one domain.
import { useApi } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { Select } from '../ui/controls.ts';

interface DomainFilterProps {
  value: string | undefined;
  onChange: (domain: string | undefined) => void;
}

export function DomainFilter({ value, onChange }: DomainFilterProps) {
  const { t } = useWords();
  const { data } = useApi('GET /domains');
  return (
    <Select
      label={t('filter.domain')}
      value={value ?? ''}
      searchable
      onChange={(chosen) => onChange(chosen === null || chosen === '' ? undefined : chosen)}
      data={[
        { value: '', label: t('filter.allDomains') },
        ...(data?.domains ?? []).map(({ name }) => ({ value: name, label: name })),
      ]}
    />
  );
}
