// The external contacts that the list would show, as a file in one of three formats.
import { useWords } from '../../i18n/index.ts';
import { Button, Menu } from '../../ui/controls.ts';

const formats = [
  ['vcard', 'vCard'],
  ['ldif', 'LDIF'],
  ['csv', 'CSV'],
] as const;

export function ExportPeople({ domain, search }: { domain: string | undefined; search: string | undefined }) {
  const { t } = useWords();
  const addressOf = (format: string): string => {
    const given = Object.entries({ format, domain, search }).filter(([, value]) => value !== undefined);
    return `/api/v1/contacts/file?${new URLSearchParams(given as [string, string][]).toString()}`;
  };
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default">{t('external.export')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(([format, label]) => (
          <Menu.Item key={format} component="a" href={addressOf(format)} download>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
