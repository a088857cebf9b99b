// Saved is not applied: one row a process, until all have taken the revision over, with the cause where one has not.
import { absentPrograms, type AppliedState, appliedState } from '@pochtar/settings/forms';
import { useApi } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { appliedTones } from '../shell/server-state.ts';
import { DataTable } from '../ui/DataTable.tsx';
import { Foreign } from '../ui/Foreign.tsx';
import { sentence } from '../ui/Notice.tsx';
import { StatusBadge } from '../ui/StatusBadge.tsx';

interface Row {
  key: string;
  section: string;
  process: string;
  instance: string;
  state: AppliedState | 'absent';
  reason: string;
}

const soonMs = 500;
const laterMs = 10_000;

interface AppliedListProps {
  /** The revision that was saved, by section. */
  saved: readonly { name: string; revision: number }[];
  label: (section: string) => string;
}

export function AppliedList({ saved, label }: AppliedListProps) {
  const { t, say } = useWords();
  const { data, error, refetch } = useApi('GET /settings/status', {}, {});
  const rows: Row[] = (data?.sections ?? []).flatMap((section) => {
    const mine = saved.find(({ name }) => name === section.name);
    if (mine === undefined) return [];
    const reports = section.processes.map((report) => ({
      key: `${section.name} ${report.process} ${report.instance}`,
      section: section.name,
      process: report.process,
      instance: report.instance,
      // What was told before the save says nothing of it.
      state: section.revision < mine.revision ? ('applying' as const) : appliedState(report, mine.revision),
      reason: report.problem === undefined ? (report.error ?? '') : sentence(say(report.problem.text)),
    }));
    const absent = absentPrograms([section]).map((program) => ({
      key: `${section.name} ${program}`,
      section: section.name,
      process: program,
      instance: '',
      state: 'absent' as const,
      reason: '',
    }));
    return [...reports, ...absent];
  });
  const isDone = data?.isComplete === true && rows.every(({ state }) => state !== 'applying');
  // Asked often until everybody has answered.
  useApi('GET /settings/status', {}, { every: isDone ? laterMs : soonMs });
  const running = rows.filter(({ state }) => state !== 'absent');
  const applied = running.filter(({ state }) => state === 'applied').length;
  return (
    <>
      <p aria-live="polite">
        {data?.isComplete === false
          ? t('applied.asking')
          : t('applied.summary', { applied, total: running.length })}
      </p>
      <DataTable
        label={t('applied.title')}
        rows={data === undefined ? undefined : rows}
        rowKey={({ key }) => key}
        error={error}
        onRetry={refetch}
        columns={[
          {
            key: 'process',
            title: t('processes.program'),
            cell: ({ process, instance }) => (
              <span title={instance}>
                {process} <span className="p-muted p-small">{instance.slice(0, 8)}</span>
              </span>
            ),
          },
          { key: 'section', title: t('review.section'), cell: ({ section }) => label(section) },
          {
            key: 'state',
            title: t('state.title'),
            cell: ({ state, reason }) => (
              <>
                <StatusBadge tone={appliedTones[state]}>{t(`applied.${state}`)}</StatusBadge>
                {reason !== '' && (
                  <div className="p-small">
                    <Foreign text={reason} />
                  </div>
                )}
              </>
            ),
          },
        ]}
        empty={<p className="p-empty">{t('applied.nobody')}</p>}
      />
    </>
  );
}
