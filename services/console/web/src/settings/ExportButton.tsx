// All settings but the secrets, as a file.
import { call } from '../api/client.ts';
import { useWords } from '../i18n/index.ts';
import { Button } from '../ui/controls.ts';
import { downloadText } from '../ui/download.ts';

export function ExportButton() {
  const { t } = useWords();
  async function download(): Promise<void> {
    const { sections } = await call('GET /settings');
    const documents = Object.fromEntries(sections.map(({ name, document }) => [name, document]));
    downloadText('pochtar-settings.json', JSON.stringify(documents, null, 2), 'application/json');
  }
  return (
    <Button variant="default" onClick={() => void download()}>
      {t('settings.export')}
    </Button>
  );
}
