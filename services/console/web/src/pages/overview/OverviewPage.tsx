// The first look: does mail go, what needs a hand, and how much there is. Each part asks for itself.
import type { ReactNode } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { formatNumber, formatRelative, formatSize } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Foreign } from '../../ui/Foreign.tsx';
import { Go } from '../../ui/Go.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Failure } from '../../ui/Notice.tsx';
import { Block, Page } from '../../ui/Page.tsx';
import { Attention } from './Attention.tsx';
import { LatestChanges } from './LatestChanges.tsx';
import { MailChart } from './MailChart.tsx';

type MailOverview = Answer<'GET /overview/mail'>;

const often = { every: 30_000 };

export function OverviewPage() {
  const { t } = useWords();
  const { role } = useWho();
  const mail = useApi('GET /overview/mail', {}, often);
  const server = useApi('GET /overview/server', {}, often);
  const failed = [mail, server].find(({ error }) => error !== null);
  // What is not known yet is not called well.
  const isKnown = mail.data !== undefined && server.data !== undefined;
  const remarks = [...(server.data?.remarks ?? []), ...(mail.data?.remarks ?? [])];
  return (
    <Page title={t('page.overview')}>
      {failed !== undefined && (
        <Failure error={failed.error} onRetry={() => Promise.all([mail.refetch(), server.refetch()])} />
      )}
      {isKnown || remarks.length > 0 ? (
        <Attention remarks={remarks} />
      ) : (
        failed === undefined && (
          <div className="p-notice">
            <Loading height={20} />
          </div>
        )
      )}
      <div className="p-tiles">
        <MailTiles mail={mail.data} isFailed={mail.error !== null} />
        <Tile
          to="/domains"
          isFailed={server.error !== null}
          value={server.data?.domains}
          label={t('overview.domains', { count: server.data?.domains ?? 0 })}
        />
        <Tile
          to="/accounts"
          isFailed={server.error !== null}
          value={server.data?.accounts}
          label={t('overview.accounts', { count: server.data?.accounts ?? 0 })}
        />
      </div>
      {mail.data === undefined && failed === undefined && (
        <div className="p-block">
          <Loading height={440} />
        </div>
      )}
      {mail.data !== undefined && (
        <>
          <MailChart hours={mail.data.hours} countedAt={mail.data.countedAt} />
          <Reasons reasons={mail.data.reasons} />
        </>
      )}
      {failed === undefined && (role === 'admin' || role === 'auditor') && <LatestChanges />}
    </Page>
  );
}

interface TileProps {
  to: string;
  search?: Record<string, string>;
  value: number | string | undefined;
  /** Nobody answers: it is not being waited for. */
  isFailed?: boolean;
  label: string;
  children?: ReactNode;
}

function Tile({ to, search = {}, value, isFailed = false, label, children }: TileProps) {
  const { language } = useWords();
  return (
    <Go to={to} search={search} className="p-tile">
      <b>
        {value === undefined
          ? isFailed
            ? '—'
            : '…'
          : typeof value === 'number'
            ? formatNumber(value, language)
            : value}
      </b>
      {label}
      {children !== undefined && children !== null && <div className="p-muted p-small">{children}</div>}
    </Go>
  );
}

function MailTiles({ mail, isFailed }: { mail: MailOverview | undefined; isFailed: boolean }) {
  const { t, language } = useWords();
  const { day, weekBefore, queue, disk } = mail ?? {};
  const number = (value: number): string => formatNumber(value, language);
  const before = (count: number | undefined): string | null =>
    count === undefined ? null : t('overview.weekAgo', { n: number(count) });
  const waiting =
    queue === undefined ? undefined : queue.isMore ? `${number(queue.waiting)}+` : queue.waiting;
  return (
    <>
      <Tile to="/trace" isFailed={isFailed} value={day?.accepted} label={t('overview.accepted')}>
        {before(weekBefore?.accepted)}
      </Tile>
      <Tile
        to="/trace"
        search={{ outcome: 'delivered' }}
        isFailed={isFailed}
        value={day && day.delivered + day.relayed}
        label={t('overview.sent')}
      >
        {before(
          weekBefore === undefined || weekBefore === null
            ? undefined
            : weekBefore.delivered + weekBefore.relayed,
        )}
      </Tile>
      <Tile to="/trace" isFailed={isFailed} value={day?.refused} label={t('overview.refused')}>
        {day !== undefined && day.putOff > 0 ? t('overview.putOff', { n: number(day.putOff) }) : null}
      </Tile>
      <Tile to="/queue" isFailed={isFailed} value={waiting} label={t('overview.queue')}>
        {queue?.oldestAt == null
          ? null
          : // A time is one thing.
            t('overview.oldest', { ago: formatRelative(queue.oldestAt, language).replaceAll(' ', '\u00a0') })}
      </Tile>
      <Tile
        to="/queue"
        search={{ state: 'held' }}
        isFailed={isFailed}
        value={queue?.held}
        label={t('overview.held')}
      />
      {/* Mail that is kept elsewhere has no disk; until that is known, its place is kept. */}
      {disk !== null && (
        <Tile
          to="/settings/more#alerts.diskLowWaterMb"
          isFailed={isFailed}
          value={disk && formatSize(disk.freeBytes, language)}
          label={t('overview.space')}
        />
      )}
    </>
  );
}

function Reasons({ reasons }: Pick<MailOverview, 'reasons'>) {
  const { t, language } = useWords();
  if (reasons.length === 0) return null;
  return (
    <Block title={t('overview.reasons')} aside={<Go to="/trace">{t('page.trace')}</Go>}>
      <table className="p-table">
        <thead>
          <tr>
            <th scope="col">{t('overview.reply')}</th>
            <th scope="col" data-end="">
              {t('overview.times')}
            </th>
          </tr>
        </thead>
        <tbody>
          {reasons.map(({ reply, count }) => (
            <tr key={reply}>
              <td>
                <Foreign text={reply} maxLength={300} />
              </td>
              <td data-end="">{formatNumber(count, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Block>
  );
}
