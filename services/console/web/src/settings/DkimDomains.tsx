// Which domains have a key to sign with: the switch alone signs nothing.
import { useApi } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { signingTone, signingWords } from '../pages/domains/dkim-state.ts';
import { Facts } from '../ui/Facts.tsx';
import { Go } from '../ui/Go.tsx';
import { StatusBadge } from '../ui/StatusBadge.tsx';

const MOST = 20;

export function DkimDomains() {
  const { t } = useWords();
  const { data } = useApi('GET /domains');
  if (data === undefined || data.domains.length === 0) return null;
  return (
    <>
      <h3 className="f-column-title">{t('dkim.open')}</h3>
      <Facts
        facts={data.domains.slice(0, MOST).map(({ name, dkim }) => [
          name,
          <Go key={name} to={`/domains/${encodeURIComponent(name)}/dkim`}>
            <StatusBadge tone={signingTone(dkim)}>{signingWords(dkim, t)}</StatusBadge>
          </Go>,
        ])}
      />
      {data.domains.length > MOST && <Go to="/domains">{t('page.domains')}</Go>}
    </>
  );
}
