// The server was updated while the page was open: the page is of the version before.
import { useState } from 'react';
import { useApi } from '../api/queries.ts';
import { useWho } from '../api/session.ts';
import { useWords } from '../i18n/index.ts';
import { Button } from '../ui/controls.ts';
import { Notice } from '../ui/Notice.tsx';

const askMs = 300_000;

export function VersionNotice() {
  const { t } = useWords();
  const { version } = useWho();
  const [loaded] = useState(version);
  const { data } = useApi('GET /session', {}, { every: askMs, staleTime: askMs });
  if (data === undefined || data.version === loaded) return null;
  return (
    <Notice>
      {t('version.new')}{' '}
      <Button size="xs" variant="default" onClick={() => globalThis.location.reload()}>
        {t('version.reload')}
      </Button>
    </Notice>
  );
}
