// Beside the title of a block: the revision, and by how many processes it is applied.
import { useApi } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { StatusBadge } from '../ui/StatusBadge.tsx';
import { useAt } from './use-draft.ts';

export function AppliedChip({ sections }: { sections: readonly string[] }) {
  const { t } = useWords();
  const { data } = useApi('GET /settings/status', {}, { every: 10_000 });
  const revisions = useAt('*', (draft) =>
    sections.map((section) => draft.stored(section)?.revision ?? 0).join(' / '),
  );
  const own = data?.sections.filter(({ name }) => sections.includes(name)) ?? [];
  const processes = own.flatMap(({ processes: reports }) => reports);
  const applied = processes.filter(({ isApplied }) => isApplied).length;
  const failed = processes.find(({ error }) => error !== null);
  const isAll = processes.length > 0 && applied === processes.length;
  return (
    <span className="f-applied">
      <span className="p-muted p-small">{t('applied.revision', { revision: revisions })}</span>
      {data !== undefined && processes.length > 0 && (
        <StatusBadge tone={failed !== undefined ? 'danger' : isAll && data.isComplete ? 'ok' : 'warn'}>
          {data.isComplete ? t('applied.share', { applied, total: processes.length }) : t('applied.asking')}
        </StatusBadge>
      )}
    </span>
  );
}
