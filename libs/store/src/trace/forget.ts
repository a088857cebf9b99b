// The end of the trace: what is older than the administrators want to look back (settings section trace).
import type { Queryable } from '../db.ts';

const forget = (table: string, column: string): string => `
delete from ${table} where ctid = any(array(
  select ctid from ${table} where ${column} < now() - make_interval(days => $1) limit $2))
returning 1`;

const TABLES = { deliveries: forget('trace.delivery', 'ended_at'), refusals: forget('trace.refusal', 'at') };

/** Removes at most `limit` rows of each kind; returns how many went. */
export async function forgetTrace(db: Queryable, keepDays: number, limit = 5000): Promise<number> {
  let gone = 0;
  for (const [name, text] of Object.entries(TABLES))
    gone += (await db.query({ name: `forget_${name}`, text, values: [keepDays, limit] })).length;
  return gone;
}
