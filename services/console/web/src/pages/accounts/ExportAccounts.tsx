// All mailboxes that the list would show, as a file that the import reads.
import { useState } from 'react';
import { type Answer, call } from '../../api/client.ts';
import { asProblem } from '../../api/problem.ts';
import { useWords } from '../../i18n/index.ts';
import { Button } from '../../ui/controls.ts';
import { downloadText } from '../../ui/download.ts';
import { toast } from '../../ui/toast.tsx';
import { accountsAsCsv } from './csv.ts';

const limit = 200;

export function ExportAccounts({
  domain,
  search,
}: {
  domain: string | undefined;
  search: string | undefined;
}) {
  const { t, say, language } = useWords();
  const [isBusy, setIsBusy] = useState(false);

  async function save(): Promise<void> {
    setIsBusy(true);
    try {
      const accounts: Answer<'GET /accounts'>['accounts'] = [];
      let after: string | undefined;
      do {
        const page: Answer<'GET /accounts'> = await call('GET /accounts', {
          query: { limit, domain, search, after },
        });
        accounts.push(...page.accounts);
        after = page.next ?? undefined;
      } while (after !== undefined);
      downloadText('accounts.csv', accountsAsCsv(accounts, language), 'text/csv');
    } catch (error) {
      toast(say(asProblem(error).messages));
    }
    setIsBusy(false);
  }

  return (
    <Button variant="default" loading={isBusy} onClick={() => void save()}>
      {t('export.accounts')}
    </Button>
  );
}
