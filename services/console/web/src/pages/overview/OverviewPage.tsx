// The first look: does mail go, what is not well, and how much there is. Each part asks for itself.
import type { ReactNode } from 'react';
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { formatNumber, formatRelative } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { remarksOf } from '../../shell/server-state.ts';
import { Failure, Notice } from '../../ui/Notice.tsx';
import { Block, Page } from '../../ui/Page.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Ends } from '../certificates/Ends.tsx';
import { outcomeTone, useOutcomeWords } from '../trace/outcomes.ts';
import { useSectionLabels } from '../section-labels.ts';
import { Go } from '../../ui/Go.tsx';

const often = { every: 30_000 };

export function OverviewPage() {
  const { t } = useWords();
  const { role } = useWho();
  const isOfServer = role !== 'domainAdmin';
  return (
    <Page title={t('page.overview')}>
      {isOfServer && <Sentence />}
      <div className="p-tiles">
        <QueueTile />
        <HeldTile />
        <DomainTiles />
      </div>
      <LastDay />
      {isOfServer && (
        <>
          <Remarks />
          <Certificates />
        </>
      )}
    </Page>
  );
}

function Tile({ to, value, children }: { to: string; value: number | undefined; children: ReactNode }) {
  const { language } = useWords();
  return (
    <Go to={to} className="p-tile">
      <b>{value === undefined ? '…' : formatNumber(value, language)}</b>
      {children}
    </Go>
  );
}

function Sentence() {
  const { t } = useWords();
  const { data, error } = useApi('GET /settings/status', {}, often);
  if (error !== null && data === undefined) return <Failure error={error} />;
  if (data === undefined) return null;
  const count = remarksOf(data.sections).length;
  return count === 0 ? (
    <Notice tone="ok">{t('overview.fine')}</Notice>
  ) : (
    <Notice tone="warn">
      {t('overview.remarks', { count })} <Go to="/processes">{t('action.show')}</Go>
    </Notice>
  );
}

function QueueTile() {
  const { t, language } = useWords();
  const { data } = useApi('GET /queue', { query: { limit: 1 } }, often);
  const oldest = data?.mails[0]?.acceptedAt;
  return (
    <Tile to="/queue" value={data?.total}>
      {t('overview.queue')}
      {oldest !== undefined && (
        <div className="p-muted p-small">
          {t('overview.oldest', { ago: formatRelative(oldest, language) })}
        </div>
      )}
    </Tile>
  );
}

function HeldTile() {
  const { t } = useWords();
  const { data } = useApi('GET /queue', { query: { limit: 1, state: 'held' } }, often);
  return (
    <Go to="/queue" search={{ state: 'held' }} className="p-tile">
      <b>{data?.total ?? '…'}</b>
      {t('overview.held')}
    </Go>
  );
}

function DomainTiles() {
  const { t } = useWords();
  const { data } = useApi('GET /domains');
  const accounts = data?.domains.reduce((sum, domain) => sum + domain.accounts, 0);
  return (
    <>
      <Tile to="/domains" value={data?.domains.length}>
        {t('overview.domains')}
      </Tile>
      <Tile to="/accounts" value={accounts}>
        {t('overview.accounts')}
      </Tile>
    </>
  );
}

/** Rounded to ten minutes, so that rendering again is the same question. */
function yesterday(): string {
  const step = 600_000;
  return new Date(Math.floor(Date.now() / step) * step - 86_400_000).toISOString();
}

const sample = 200;

function LastDay() {
  const { t } = useWords();
  const words = useOutcomeWords();
  const { data, error, refetch } = useApi(
    'GET /trace',
    { query: { limit: sample, since: yesterday() } },
    often,
  );
  const counts = new Map<string, number>();
  for (const { outcome } of data?.deliveries ?? []) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  for (const { count } of data?.refusals ?? []) counts.set('refused', (counts.get('refused') ?? 0) + count);
  const isCut = (data?.deliveries.length ?? 0) >= sample;
  return (
    <Block title={t('overview.day')} aside={<Go to="/trace">{t('page.trace')}</Go>}>
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data !== undefined && counts.size === 0 && <span className="p-muted">{t('overview.noMail')}</span>}
      <div className="p-actions">
        {[...counts].map(([outcome, count]) => (
          <StatusBadge key={outcome} tone={outcomeTone(outcome)}>
            {words(outcome)}: {count}
          </StatusBadge>
        ))}
      </div>
      {isCut && <p className="p-muted p-small">{t('overview.sample', { count: sample })}</p>}
    </Block>
  );
}

function Remarks() {
  const { t, say } = useWords();
  const label = useSectionLabels();
  const { data } = useApi('GET /settings/status', {}, often);
  const remarks = remarksOf(data?.sections ?? []);
  return (
    <Block title={t('page.processes')}>
      {remarks.length === 0 ? (
        <StatusBadge tone="ok">{t('overview.processesFine')}</StatusBadge>
      ) : (
        <ul className="p-plain">
          {remarks.map(({ section, program, report }) => (
            <li key={`${program} ${section} ${report?.instance ?? ''}`}>
              <StatusBadge tone={report === null ? 'plain' : 'danger'}>
                {report === null ? t('processes.state.absent') : t('processes.state.failed')}
              </StatusBadge>{' '}
              <b>{program}</b>
              {report !== null && (
                <>
                  {' '}
                  {label(section)}: {report.problem === undefined ? report.error : say(report.problem.text)}
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </Block>
  );
}

function Certificates() {
  const { t } = useWords();
  const { data } = useApi('GET /certificates');
  const ending = data?.certificates.filter(({ daysLeft }) => daysLeft < 30) ?? [];
  if (ending.length === 0) return null;
  return (
    <Block title={t('page.certificates')}>
      <ul className="p-plain">
        {ending.map((certificate) => (
          <li key={certificate.id}>
            <Ends certificate={certificate} /> <Go to="/certificates">{certificate.name}</Go>
          </li>
        ))}
      </ul>
    </Block>
  );
}
