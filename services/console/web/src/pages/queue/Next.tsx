// When a mail is tried next: what is due is said so, and what is held is not tried at all.
import type { Answer } from '../../api/client.ts';
import { isPast } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Time } from '../../ui/Time.tsx';

type QueuedMail = Answer<'GET /queue'>['mails'][number];

export function Next({ mail: { state, dueAt } }: { mail: Pick<QueuedMail, 'state' | 'dueAt'> }) {
  const { t } = useWords();
  if (state === 'held') return <span className="p-muted">{t('queue.notTried')}</span>;
  if (dueAt !== null && isPast(dueAt)) return t('queue.dueNow');
  return <Time at={dueAt} relative />;
}
