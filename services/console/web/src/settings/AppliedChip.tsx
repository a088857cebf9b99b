// Beside the title of a block: the revision, and by how many processes it is applied.
import { useApi } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { type AppliedState, appliedState } from '@pochtar/settings/forms';
import { StatusBadge } from '../ui/StatusBadge.tsx';
import { useAt } from './use-draft.ts';

export function AppliedChip({ sections }: { sections: readonly string[] }) {
  const { t } = useWords();
  const { data } = useApi('GET /settings/status', {}, { every: 10_000 });
  const revisions = useAt('*', (draft) =>
    sections.map((section) => draft.stored(section)?.revision ?? 0).join(' / '),
  );
  const own = data?.sections.filter(({ name }) => sections.includes(name)) ?? [];
  const states = own.flatMap(({ revision, processes }) =>
    processes.map((report) => appliedState(report, revision)),
  );
  const applied = states.filter((state) => state === 'applied').length;
  const isNotYet = states.length > 0 && states.every((state) => state === 'notYet');
  const words = data?.isComplete !== true ? 'asking' : isNotYet ? 'notYet' : 'share';
  return (
    <span className="f-applied">
      <span className="p-muted p-small">{t('applied.revision', { revision: revisions })}</span>
      {data !== undefined && states.length > 0 && (
        <StatusBadge tone={toneOf(states, data.isComplete)}>
          {t(`applied.${words}`, { applied, total: states.length })}
        </StatusBadge>
      )}
    </span>
  );
}

function toneOf(states: readonly AppliedState[], isComplete: boolean): 'ok' | 'warn' | 'danger' | 'plain' {
  if (states.includes('failed')) return 'danger';
  if (states.includes('applying') || !isComplete) return 'warn';
  return states.includes('notYet') ? 'plain' : 'ok';
}
