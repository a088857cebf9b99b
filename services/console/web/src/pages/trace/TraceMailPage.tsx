// All that is known of one mail: each recipient, ended or still on the way.
import { useParams } from '@tanstack/react-router';
import { useApi } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { CodeWithCopy } from '../../ui/CodeLine.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Failure, Notice } from '../../ui/Notice.tsx';
import { Block, Page } from '../../ui/Page.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { outcomeTone, useOutcomeWords } from './outcomes.ts';
import { Go } from '../../ui/Go.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { useCursor } from '../search.ts';

const shownRecipients = 200;

export function TraceMailPage() {
  const { t } = useWords();
  const words = useOutcomeWords();
  const { mail = '' }: { mail?: string } = useParams({ strict: false });
  const cursor = useCursor(mail);
  const { data, error, refetch } = useApi('GET /trace/:mail', {
    params: { mail },
    query: { after: cursor.after, limit: shownRecipients },
  });
  const isUnknown = data?.total === 0 && data.queued === null;
  return (
    <Page title={t('trace.mail')} path={[t('menu.mail'), t('page.trace')]}>
      <p>
        <CodeWithCopy value={mail} />
      </p>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Loading height={200} />}
      {isUnknown && <Empty>{t('trace.unknown')}</Empty>}
      {data?.queued != null && (
        <Notice tone="warn">
          <p>{t('trace.queued')}</p>
          <Go to="/queue" search={{ open: mail }}>
            {t('trace.toQueue')}
          </Go>
        </Notice>
      )}
      {data?.deliveries.map((one) => (
        <Block
          key={`${one.recipient} ${one.endedAt}`}
          title={<Foreign text={one.recipient} />}
          aside={<StatusBadge tone={outcomeTone(one.outcome)}>{words(one.outcome)}</StatusBadge>}
        >
          <ol className="p-plain">
            <li>
              <Time at={one.acceptedAt} /> — {t('trace.accepted')}{' '}
              <Foreign text={one.reversePath === '' ? t('queue.nullSender') : one.reversePath} />
              {one.clientAddress !== null && (
                <>
                  , <Foreign text={one.clientAddress} mono />
                </>
              )}
            </li>
            <li>
              <Time at={one.endedAt} /> — {words(one.outcome)} ({t('queue.attempts', { count: one.attempts })}
              )
            </li>
          </ol>
          {one.detail !== '' && (
            <div className="p-mono p-gap">
              <Foreign text={one.detail} maxLength={4000} />
            </div>
          )}
        </Block>
      ))}
      <Pager cursor={cursor} next={data?.next} />
    </Page>
  );
}
