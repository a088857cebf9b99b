// Which process has applied which revision of what; what does not run, and what could not be applied and why.
import { appliedState } from '@pochtar/settings/forms';
import { useApi } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { appliedTones, remarksOf, type SectionStatus } from '../../shell/server-state.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Notice, sentence } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { useSectionLabels } from '../section-labels.ts';
import { useView } from '../search.ts';
import { type Process, processesOf } from './processes.ts';

export function ProcessesPage() {
  const { t } = useWords();
  const [view, setView] = useView();
  const { data, error, isFetching, refetch } = useApi('GET /settings/status', {}, { every: 10_000 });
  const rows = data === undefined ? undefined : processesOf(data.sections);
  const opened = rows?.find(({ key }) => key === view.open);
  return (
    <Page title={t('page.processes')} path={[t('menu.service')]}>
      {data?.isComplete === false && <Notice>{t('applied.asking')}</Notice>}
      {data !== undefined && <Remarks sections={data.sections} />}
      <DataTable<Process>
        label={t('page.processes')}
        rows={rows}
        rowKey={({ key }) => key}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ key }) => setView({ open: key })}
        columns={[
          { key: 'program', title: t('processes.program'), cell: ({ program }) => <b>{program}</b> },
          {
            key: 'instance',
            title: t('processes.instance'),
            cell: ({ instance }) => <span className="p-mono">{instance === '' ? '—' : instance}</span>,
          },
          { key: 'state', title: t('state.title'), cell: (process) => <State process={process} /> },
          {
            key: 'revisions',
            title: t('processes.sections'),
            cell: ({ state, reports }) =>
              state === 'absent' ? '—' : t('processes.count', { count: reports.length }),
          },
          {
            key: 'reported',
            title: t('processes.reported'),
            cell: ({ reportedAt }) => <Time at={reportedAt} relative />,
          },
        ]}
        empty={<Empty>{t('processes.empty')}</Empty>}
      />
      {opened !== undefined && <ProcessPanel process={opened} onClose={() => setView({ open: undefined })} />}
    </Page>
  );
}

function State({ process: { state } }: { process: Process }) {
  const { t } = useWords();
  const tones = { current: 'ok', behind: 'warn', failed: 'danger', absent: 'plain' } as const;
  return <StatusBadge tone={tones[state]}>{t(`processes.state.${state}`)}</StatusBadge>;
}

function Remarks({ sections }: { sections: readonly SectionStatus[] }) {
  const { t, say } = useWords();
  const label = useSectionLabels();
  const failed = remarksOf(sections).filter(({ report }) => report !== null);
  return failed.map(({ section, program, report }) => (
    <Notice key={`${section} ${program} ${report?.instance ?? ''}`} tone="danger">
      <b>
        {program} · {label(section)}
      </b>
      <div>
        {report?.problem === undefined ? (
          <Foreign text={report?.error ?? ''} />
        ) : (
          sentence(say(report.problem.text))
        )}
      </div>
      <div className="p-muted p-small">{t('processes.goesOn')}</div>
    </Notice>
  ));
}

function ProcessPanel({ process, onClose }: { process: Process; onClose: () => void }) {
  const { t, say } = useWords();
  const label = useSectionLabels();
  return (
    <SidePanel title={`${process.program} ${process.instance}`} onClose={onClose}>
      {process.state === 'absent' ? (
        <Notice>{t('processes.absentText')}</Notice>
      ) : (
        <Facts
          facts={process.reports.map(({ section, wanted, report }) => [
            label(section),
            <div key={section}>
              <StatusBadge tone={appliedTones[appliedState(report, wanted)]}>
                {t('processes.revision', { revision: report.revision, wanted })}
              </StatusBadge>
              {report.error !== null && (
                <div
                  className={
                    appliedState(report, wanted) === 'failed' ? 'p-danger p-small' : 'p-muted p-small'
                  }
                >
                  {report.problem === undefined ? (
                    <Foreign text={report.error} />
                  ) : (
                    sentence(say(report.problem.text))
                  )}
                </div>
              )}
            </div>,
          ])}
        />
      )}
    </SidePanel>
  );
}
