// The queue at a glance, for a page that everybody opens: never a scan of all mails, however many wait.
import type { Queryable } from '../db.ts';
import { isMailInScope, type MailScope, scopeIds } from './scope.ts';

/** What is counted no further. */
export const GLANCE_MOST = 10_000;

export interface QueueGlance {
  /** Null: of some domains alone it would be a scan (trace/traffic.ts keeps it). At most GLANCE_MOST + 1. */
  total: { count: number; oldestAt: Date | null } | null;
  held: HeldGlance;
}

export interface HeldGlance {
  /** By the verdict of a filter: the quarantine. */
  byFilter: { count: number; oldestAt: Date | null };
  otherwise: { count: number; oldestAt: Date | null };
}

const TOTAL = `select (select count(*)::int from (select from queue.mail limit ${GLANCE_MOST + 1}) seen) as count,
  (select accepted_at from queue.mail order by id limit 1) as "oldestAt"`;
// Held mails have an index of their own, and there are few of them.
const HELD = `select by_filter as "isByFilter", count(*)::int as count, min(accepted_at) as "oldestAt" from (
  select m.accepted_at, coalesce(m.held_by = 'filter', false) as by_filter from queue.mail m
  where m.state = 'held' and ${isMailInScope} order by m.accepted_at limit ${GLANCE_MOST + 1}) seen group by by_filter`;

export async function glanceAtQueue(db: Queryable, scope: MailScope): Promise<QueueGlance> {
  type Row = { count: number; oldestAt: Date | null };
  const nothing: Row = { count: 0, oldestAt: null };
  const rows = await db.query<Row & { isByFilter: boolean }>({
    ...{ name: 'glance_at_held', text: HELD, values: [scopeIds(scope)] },
  });
  const glance = (isByFilter: boolean): Row => {
    const { count, oldestAt } = rows.find((row) => row.isByFilter === isByFilter) ?? nothing;
    return { count, oldestAt };
  };
  const held = { byFilter: glance(true), otherwise: glance(false) };
  if (scope !== 'all') return { total: null, held };
  const [total = nothing] = await db.query<Row>({ name: 'glance_at_queue', text: TOTAL });
  return { total, held };
}
