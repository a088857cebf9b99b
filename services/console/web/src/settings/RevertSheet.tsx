// The way back: what a revision said becomes a new revision, after the same review as every change. Either one section as
// it was in a revision, or all sections of a change as they were before it.
import type { FormsDescription } from '@pochtar/settings/forms';
import { call } from '../api/client.ts';
import { useApi } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { Loading } from '../ui/Loading.tsx';
import { Failure, Notice } from '../ui/Notice.tsx';
import { SidePanel } from '../ui/SidePanel.tsx';
import { Review } from './Review.tsx';

export type Earlier = { section: string; revision: number } | { changeId: string };

interface RevertSheetProps {
  forms: FormsDescription;
  to: Earlier;
  onBack: () => void;
  onClose: () => void;
}

export function RevertSheet({ forms, to, onBack, onClose }: RevertSheetProps) {
  const { t } = useWords();
  const wanted = { ...to, to: 'before' as const };
  const { data, error, refetch } = useApi(
    'POST /settings/revert',
    { body: { ...wanted, validateOnly: true } },
    { staleTime: 0 },
  );
  const title = 'changeId' in to ? t('history.undo') : t('history.revert', { revision: to.revision });
  const sections = data?.sections.filter(({ changed }) => changed) ?? [];
  if (data === undefined || sections.length === 0) {
    return (
      <SidePanel title={title} onClose={onClose} size={640}>
        {data === undefined && error === null && <Loading height={200} />}
        {error !== null && <Failure error={error} onRetry={refetch} />}
        {data !== undefined && <Notice>{t('history.same')}</Notice>}
      </SidePanel>
    );
  }
  const expectedRevisions = Object.fromEntries(data.sections.map(({ name, revision }) => [name, revision]));
  return (
    <Review
      forms={forms}
      title={title}
      sections={sections.map(({ name, revision, changes = [] }) => ({ name, revision, changes }))}
      cautions={data.cautions ?? []}
      command={
        'changeId' in to
          ? `pochtar settings rollback --change ${to.changeId}`
          : `pochtar settings rollback ${to.section} ${to.revision}`
      }
      apply={async (comment) => {
        const body = { ...wanted, expectedRevisions, validateOnly: false };
        const given = { body: { ...body, ...(comment !== undefined && { comment }) } };
        return call('POST /settings/revert', given);
      }}
      onBack={onBack}
      onClose={onClose}
    />
  );
}
