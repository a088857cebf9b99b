// The queue by where it goes: how much waits for each far side and since when, what it said last, when it is tried next.
import type { Queryable } from '../db.ts';
import { isRecipientInScope, type MailScope, scopeIds } from './scope.ts';

export interface QueueDestination {
  /** A domain, or the relay as the queue writes it. */
  destination: string;
  /** Recipients in scope. */
  waiting: number;
  /** By the age of their mails: up to 1 h, 5 h, 24 h, and beyond. */
  byAge: [number, number, number, number];
  oldestAt: Date;
  nextAt: Date | null;
  lastAttemptAt: Date | null;
  lastReply: string | null;
  pausedBy: string | null;
  probeAt: Date | null;
}

/** Those with the most first. */
export function queueDestinations(
  db: Queryable,
  scope: MailScope,
  limit: number,
): Promise<QueueDestination[]> {
  return db.query<QueueDestination>({
    // Without a name, so that it is planned for the queue as it is.
    text: `with waiting as (
        select r.destination, r.due_at, r.last_attempt_at, m.accepted_at, now() - m.accepted_at as age
        from queue.recipient r join queue.mail m on m.id = r.mail_id
        where r.route = 'remote' and ${isRecipientInScope('r')}
      ), most as (
        select destination, count(*)::int as waiting,
          array[count(*) filter (where age <= interval '1 hour'),
            count(*) filter (where age > interval '1 hour' and age <= interval '5 hours'),
            count(*) filter (where age > interval '5 hours' and age <= interval '24 hours'),
            count(*) filter (where age > interval '24 hours')]::int[] as "byAge",
          min(accepted_at) as "oldestAt", min(due_at) as "nextAt", max(last_attempt_at) as "lastAttemptAt"
        from waiting group by destination order by waiting desc, destination limit $2
      )
      select most.*, (select r.last_reply from queue.recipient r join queue.mail m on m.id = r.mail_id
          where r.route = 'remote' and lower(r.destination) = lower(most.destination)
            and r.destination = most.destination and r.last_attempt_at = most."lastAttemptAt"
            and ${isRecipientInScope('r')} limit 1) as "lastReply",
        f.paused_by as "pausedBy", case when f.probe_at > now() then f.probe_at end as "probeAt"
      from most left join queue.far_side f on f.destination = most.destination order by waiting desc, most.destination`,
    values: [scopeIds(scope), limit],
  });
}
