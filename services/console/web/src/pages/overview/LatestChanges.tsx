// What was last changed in the settings: who, when, what, and the way to its history.
import { useApi } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { ChangeLines } from '../../settings/ChangeLines.tsx';
import { tabOf, useForms } from '../../settings/catalogue.ts';
import { Author } from '../../ui/Author.tsx';
import { Go } from '../../ui/Go.tsx';
import { Failure } from '../../ui/Notice.tsx';
import { Block } from '../../ui/Page.tsx';
import { Time } from '../../ui/Time.tsx';
import { useSectionLabels } from '../section-labels.ts';

const shown = 5;

export function LatestChanges() {
  const { t } = useWords();
  const label = useSectionLabels();
  const { forms } = useForms();
  const { data, error, refetch } = useApi('GET /settings/history', { query: { limit: shown } });
  // What the first start wrote is nobody's change.
  const entries = data?.entries.filter(({ described }) => described.length > 0) ?? [];
  if (error !== null) return <Failure error={error} onRetry={refetch} />;
  if (entries.length === 0 || forms === undefined) return null;
  return (
    <Block title={t('overview.changes')} aside={<Go to="/audit">{t('overview.allChanges')}</Go>}>
      <ul className="p-latest">
        {entries.map(({ section, revision, author, changedAt, described }) => (
          <li key={`${section} ${revision}`}>
            <div>
              <Time at={changedAt} relative />
              <div className="p-muted p-small">
                <Author name={author} />
              </div>
            </div>
            <div>
              <b>{label(section)}</b>
              <ChangeLines changes={described} />
            </div>
            <Go to={tabOf(forms, section)} search={{ history: section }}>
              {t('overview.history')}
            </Go>
          </li>
        ))}
      </ul>
    </Block>
  );
}
