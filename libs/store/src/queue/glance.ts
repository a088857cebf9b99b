// The queue at a glance, for a page that everybody opens: never a scan of all mails, however many wait.
import type { Queryable } from '../db.ts';
import type { HeldBy } from './hold.ts';
import { isMailInScope, type MailScope, scopeIds } from './scope.ts';

/** What is counted no further. */
export const GLANCE_MOST = 10_000;

export interface QueueGlance {
  /** Null: of some domains alone it would be a scan (trace/traffic.ts keeps it). At most GLANCE_MOST + 1. */
  total: { count: number; oldestAt: Date | null } | null;
  held: HeldGlance;
}

interface Glance {
  count: number;
  oldestAt: Date | null;
}

/** What a filter holds by its verdict is the quarantine. */
export type HeldGlance = Readonly<Record<HeldBy, Glance>>;

const TOTAL = `select (select count(*)::int from (select from queue.mail limit ${GLANCE_MOST + 1}) seen) as count,
  (select accepted_at from queue.mail order by id limit 1) as "oldestAt"`;
// Held mails have an index of their own, and there are few of them.
const HELD = `select holder, count(*)::int as count, min(accepted_at) as "oldestAt" from (
  select m.accepted_at, coalesce(m.held_by, 'person') as holder from queue.mail m
  where m.state = 'held' and ${isMailInScope} order by m.accepted_at limit ${GLANCE_MOST + 1}) seen group by holder`;

export async function glanceAtQueue(db: Queryable, scope: MailScope): Promise<QueueGlance> {
  const nothing: Glance = { count: 0, oldestAt: null };
  const rows = await db.query<Glance & { holder: HeldBy }>({
    ...{ name: 'glance_at_held', text: HELD, values: [scopeIds(scope)] },
  });
  const glance = (wanted: HeldBy): Glance => {
    const { count, oldestAt } = rows.find(({ holder }) => holder === wanted) ?? nothing;
    return { count, oldestAt };
  };
  const held = {
    ...{ filter: glance('filter'), poison: glance('poison') },
    ...{ person: glance('person'), volume: glance('volume') },
  };
  if (scope !== 'all') return { total: null, held };
  const [total = nothing] = await db.query<Glance>({ name: 'glance_at_queue', text: TOTAL });
  return { total, held };
}
