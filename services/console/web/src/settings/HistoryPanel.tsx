// Earlier revisions of a section: who, when, what; and back to one of them, as a new revision.
import type { FormsDescription } from '@pochtar/settings/forms';
import { useState } from 'react';
import type { Answer } from '../api/client.ts';
import { useApi } from '../api/queries.ts';
import { useWho } from '../api/session.ts';
import { useWords } from '../i18n/index.ts';
import { Author } from '../ui/Author.tsx';
import { Button, Select } from '../ui/controls.ts';
import { Foreign } from '../ui/Foreign.tsx';
import { Failure } from '../ui/Notice.tsx';
import { SidePanel } from '../ui/SidePanel.tsx';
import { Time } from '../ui/Time.tsx';
import { ChangeLines } from './ChangeLines.tsx';
import { describedAt, sectionOf } from './catalogue.ts';
import type { Draft } from './draft.ts';
import { type Earlier, RevertSheet } from './RevertSheet.tsx';

interface HistoryProps {
  forms: FormsDescription;
  draft: Draft;
  section: string;
  sections: readonly string[];
  onSection: (section: string) => void;
  onClose: () => void;
}

export function HistoryPanel({ forms, draft, section, sections, onSection, onClose }: HistoryProps) {
  const { t, say } = useWords();
  const [limit, setLimit] = useState(20);
  const [backTo, setBackTo] = useState<Earlier | null>(null);
  const { data, error, refetch } = useApi('GET /settings/:section/revisions', {
    params: { section },
    query: { limit },
  });
  const entries = data?.entries ?? [];
  const labelOf = (name: string) => {
    const known = sectionOf(forms, name);
    return known === undefined ? name : say(known.label);
  };
  const fieldLabel = (field: string) => {
    const described = describedAt(forms, `${section}.${field}`);
    return described === undefined ? field : say(described.label);
  };
  const isAdmin = useWho().role === 'admin';
  const current = draft.stored(section)?.revision ?? 0;
  if (backTo !== null) {
    return <RevertSheet forms={forms} to={backTo} onBack={() => setBackTo(null)} onClose={onClose} />;
  }
  return (
    <SidePanel title={t('history.title')} onClose={onClose} size={640}>
      <Select
        label={t('review.section')}
        value={section}
        onChange={(chosen) => chosen !== null && onSection(chosen)}
        data={sections.map((name) => ({ value: name, label: labelOf(name) }))}
        mb="md"
      />
      {error !== null && <Failure error={error} onRetry={refetch} />}
      <ol className="p-plain">
        {entries.map((entry) => (
          <li key={entry.revision} className="f-revision">
            <div className="p-block-head">
              <b>{t('history.revision', { revision: entry.revision })}</b>
              <span className="p-muted">
                <Author name={entry.author} /> · <Time at={entry.changedAt} />
              </span>
            </div>
            {entry.comment !== null && entry.comment !== '' && (
              <p>
                <Foreign text={entry.comment} />
              </p>
            )}
            <ChangeLines changes={entry.described} />
            {entry.secrets.length > 0 && (
              <p>{t('history.secrets', { names: entry.secrets.map(fieldLabel).join(', ') })}</p>
            )}
            {entry.revision === 1 && <p className="p-muted">{t('history.first')}</p>}
            {isAdmin && <Ways entry={entry} current={current} onWay={setBackTo} />}
          </li>
        ))}
      </ol>
      {entries.length === limit && limit < 100 && (
        <Button variant="subtle" onClick={() => setLimit(100)}>
          {t('history.more')}
        </Button>
      )}
    </SidePanel>
  );
}

interface WaysProps {
  entry: Answer<'GET /settings/:section/revisions'>['entries'][number];
  current: number;
  onWay: (to: Earlier) => void;
}

/** Back to this revision of the section; or everything that was saved with it undone. */
function Ways({ entry: { section, revision, changeId }, current, onWay }: WaysProps) {
  const { t } = useWords();
  return (
    <div className="p-actions">
      {revision !== current && (
        <Button size="xs" variant="default" onClick={() => onWay({ section, revision })}>
          {t('history.revert', { revision })}
        </Button>
      )}
      {changeId !== null && revision > 1 && (
        <Button size="xs" variant="default" onClick={() => onWay({ changeId })}>
          {t('history.undo')}
        </Button>
      )}
    </div>
  );
}
