// One mail of the queue: recipients with their last replies, verdicts of the filters, and what can be done.
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { formatSize } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { CodeWithCopy } from '../../ui/CodeLine.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Failure } from '../../ui/Notice.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { useCursor } from '../search.ts';
import { QueueActions } from './QueueActions.tsx';
import { Next } from './Next.tsx';
import { filterWords, resultWords, stateTones } from './states.ts';
import { Go } from '../../ui/Go.tsx';

const shownRecipients = 200;

export function MailPanel({
  mail,
  isReadOnly,
  onClose,
}: {
  mail: string;
  isReadOnly: boolean;
  onClose: () => void;
}) {
  const { t } = useWords();
  const cursor = useCursor(mail);
  const { data, error, refetch } = useApi('GET /queue/:mail', {
    params: { mail },
    query: { after: cursor.after, limit: shownRecipients },
  });
  return (
    <SidePanel title={t('queue.mail')} onClose={onClose} size={640}>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Loading height={240} />}
      {data !== undefined && (
        <>
          {!isReadOnly && <QueueActions mails={[mail]} state={data.mail.state} onDone={onClose} />}
          <div className="p-gap">
            <Details shown={data} />
          </div>
          <h3 className="p-gap">{t('queue.recipients')}</h3>
          <Recipients shown={data} />
          <Pager cursor={cursor} next={data.next} />
          {data.verdicts.length > 0 && (
            <>
              <h3 className="p-gap">{t('queue.verdicts')}</h3>
              <Verdicts shown={data} />
            </>
          )}
          <p>
            <Go to={`/trace/${mail}`}>{t('queue.trace')}</Go>
          </p>
        </>
      )}
    </SidePanel>
  );
}

type Shown = Answer<'GET /queue/:mail'>;

function Details({ shown: { mail, subject, clientAddress, helo } }: { shown: Shown }) {
  const { t, language } = useWords();
  return (
    <Facts
      facts={[
        [t('queue.subject'), <Foreign key="s" text={subject} />],
        [
          t('queue.sender'),
          <Foreign key="f" text={mail.reversePath === '' ? t('queue.nullSender') : mail.reversePath} />,
        ],
        [
          t('state.title'),
          <StatusBadge key="t" tone={stateTones[mail.state]}>
            {t(`queue.state.${mail.state}`)}
          </StatusBadge>,
        ],
        mail.heldBy === null
          ? null
          : [
              t('queue.held'),
              t(`queue.heldBy.${mail.heldBy}`, { filter: filterWords(mail.heldFilter ?? '', t) }),
            ],
        mail.reason === null ? null : [t('queue.reason'), <Foreign key="r" text={mail.reason} />],
        [t('queue.since'), <Time key="a" at={mail.acceptedAt} />],
        [t('queue.next'), <Next key="n" mail={mail} />],
        [t('queue.client'), <Foreign key="c" text={`${clientAddress ?? '—'} (${helo})`} mono />],
        [t('queue.size'), formatSize(mail.size, language)],
        [t('queue.id'), <CodeWithCopy key="i" value={mail.mail} />],
      ]}
    />
  );
}

function Recipients({ shown: { mail } }: { shown: Shown }) {
  const { t } = useWords();
  return (
    <ul className="p-plain">
      {mail.recipients.map(({ address, destination, attempts, lastReply, dueAt }) => (
        <li key={`${address} ${destination ?? ''}`} className="f-revision">
          <b>
            <Foreign text={address} />
          </b>
          <div className="p-muted p-small">
            {t('queue.attempts', { count: attempts })} · {t('queue.next')}:{' '}
            <Next mail={{ state: mail.state, dueAt }} />
          </div>
          {lastReply !== null && <Foreign text={lastReply} mono maxLength={2000} />}
        </li>
      ))}
    </ul>
  );
}

function Verdicts({ shown: { verdicts } }: { shown: Shown }) {
  const { t } = useWords();
  return (
    <ul className="p-plain">
      {verdicts.map(({ filter, recipient, generation, result, reason, at }) => (
        <li key={`${filter} ${recipient} ${generation}`}>
          <b>{filterWords(filter, t)}</b>: {resultWords(result, t)} <Foreign text={reason} />{' '}
          <span className="p-muted">
            <Time at={at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
