// Earlier revisions of a section: who, when, what; and back to one of them, as a new revision.
import type { FormsDescription } from '@pochtar/settings/forms';
import { useState } from 'react';
import { useApi, useChange } from '../api/queries.ts';
import { useWho } from '../api/session.ts';
import { useWords } from '../i18n/index.ts';
import { Button, Select } from '../ui/controls.ts';
import { Confirm } from '../ui/Confirm.tsx';
import { Foreign } from '../ui/Foreign.tsx';
import { Failure } from '../ui/Notice.tsx';
import { SidePanel } from '../ui/SidePanel.tsx';
import { Time } from '../ui/Time.tsx';
import { toast } from '../ui/toast.ts';
import { describedAt, sectionOf } from './catalogue.ts';
import type { Draft } from './draft.ts';

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
  const [revertTo, setRevertTo] = useState<number | null>(null);
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
    const described = describedAt(forms, `${section}.${field.split('.')[0] ?? ''}`);
    return described === undefined ? field : say(described.label);
  };
  const isAdmin = useWho().role === 'admin';
  const current = draft.stored(section)?.revision ?? 0;
  return (
    <SidePanel title={t('history.title')} onClose={onClose} size={640}>
      <Select
        label={t('review.section')}
        value={section}
        onChange={(chosen) => chosen !== null && onSection(chosen)}
        data={sections.map((name) => ({ value: name, label: labelOf(name) }))}
        mb="md"
      />
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      <ol className="p-plain">
        {entries.map((entry) => (
          <li key={entry.revision} className="f-revision">
            <div className="p-block-head">
              <b>{t('history.revision', { revision: entry.revision })}</b>
              <span className="p-muted">
                <Foreign text={entry.author} /> · <Time at={entry.changedAt} />
              </span>
            </div>
            {entry.comment !== null && entry.comment !== '' && (
              <p>
                <Foreign text={entry.comment} />
              </p>
            )}
            <dl className="f-changes">
              {entry.changes.map(({ field, before, after }) => (
                <div key={field}>
                  <dt>{fieldLabel(field)}</dt>
                  <dd>
                    <del>
                      <Foreign text={before} />
                    </del>{' '}
                    →{' '}
                    <ins>
                      <Foreign text={after} />
                    </ins>
                  </dd>
                </div>
              ))}
            </dl>
            {isAdmin && entry.revision !== current && (
              <Button size="xs" variant="default" onClick={() => setRevertTo(entry.revision)}>
                {t('history.revert', { revision: entry.revision })}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {entries.length === limit && limit < 100 && (
        <Button variant="subtle" onClick={() => setLimit(100)}>
          {t('history.more')}
        </Button>
      )}
      {revertTo !== null && (
        <Revert
          section={section}
          label={labelOf(section)}
          from={current}
          to={revertTo}
          onClose={() => setRevertTo(null)}
        />
      )}
    </SidePanel>
  );
}

interface RevertProps {
  section: string;
  label: string;
  from: number;
  to: number;
  onClose: () => void;
}

function Revert({ section, label, from, to, onClose }: RevertProps) {
  const { t } = useWords();
  const revert = useChange('POST /settings/revert', ['/settings']);
  return (
    <Confirm
      title={label}
      verb={t('history.revert', { revision: to })}
      isBusy={revert.isPending}
      error={revert.error}
      isDangerous={false}
      onConfirm={() =>
        revert.mutate(
          { body: { section, revision: to, expectedRevision: from, to: 'after', validateOnly: false } },
          {
            onSuccess: () => {
              toast(t('history.reverted', { revision: to }));
              onClose();
            },
          },
        )
      }
      onClose={onClose}
    >
      {t('history.revertText', { revision: to, next: from + 1 })}
    </Confirm>
  );
}
