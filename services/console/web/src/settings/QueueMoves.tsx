// Before queue or relay settings are saved: what becomes of the mail that waits.
import type { Answer } from '../api/client.ts';
import { useApi } from '../api/queries.ts';
import { queueMoves as english } from '../i18n/en/queue-moves.ts';
import { formatNumber, formatTime } from '../i18n/format.ts';
import { addWords, useWords } from '../i18n/index.ts';
import { queueMoves as russian } from '../i18n/ru/queue-moves.ts';
import { Failure, Notice } from '../ui/Notice.tsx';
import type { ReviewedSection } from './Review.tsx';

addWords({ ru: russian, en: english });

type Planned = Answer<'POST /queue/plan'>;
type Span = Planned['before'];

interface QueueMovesProps {
  sections: readonly ReviewedSection[];
  document: (section: string) => Readonly<Record<string, unknown>>;
}

export function QueueMoves({ sections, document }: QueueMovesProps) {
  const touched = sections.some(
    ({ name, changes }) => ['queue', 'relay'].includes(name) && changes.length > 0,
  );
  const { host } = document('relay');
  return touched ? <Moves queue={document('queue')} host={typeof host === 'string' ? host : ''} /> : null;
}

function Moves({ queue, host }: { queue: Readonly<Record<string, unknown>>; host: string }) {
  const { t } = useWords();
  const { data, error, refetch } = useApi(
    'POST /queue/plan',
    { body: { queue: { ...queue }, relay: { host } } },
    { staleTime: 0 },
  );
  return (
    <section className="f-review" aria-live="polite">
      <h3>{t('queueMoves.title')}</h3>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      {data !== undefined && <Told planned={data} />}
    </section>
  );
}

function Told({ planned }: { planned: Planned }) {
  const { t, language } = useWords();
  const { waiting, earlier, later, returned, redirected, before, after, isWhole } = planned;
  const number = (value: number) => formatNumber(value, language);
  const span = ({ first, last }: Span): string => {
    if (first === null || last === null) return '—';
    const [from, to] = [formatTime(first, language), formatTime(last, language)];
    return from === to ? from : `${from} – ${to}`;
  };
  if (waiting === 0 && redirected === 0) return <p>{t('queueMoves.none')}</p>;
  const isMoved = earlier + later > 0;
  return (
    <>
      <p>
        {t('queueMoves.waiting', { count: waiting })}{' '}
        {isMoved
          ? t('queueMoves.moved', { earlier: number(earlier), later: number(later) })
          : t('queueMoves.same')}{' '}
        {isMoved && t('queueMoves.next', { before: span(before), after: span(after) })}
      </p>
      {returned > 0 && <Notice tone="danger">{t('queueMoves.returned', { count: returned })}</Notice>}
      {redirected > 0 && <p>{t('queueMoves.redirected', { count: redirected })}</p>}
      {!isWhole && <p className="p-muted">{t('queueMoves.cut')}</p>}
    </>
  );
}
