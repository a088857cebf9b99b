// What greylisting did, by the day; the settings process answers, filter-greylist counts.
import { z } from 'zod';
import { looksAtAll } from './access.ts';
import { adminQuestion } from './question.ts';

const count = z.int().nonnegative();
const day = z.object({
  /** UTC. */
  day: z.iso.date(),
  /** Passed at once: it had passed before, or stands in the white list (as far as the filter was asked). */
  known: count,
  white: count,
  /** Put off the first time. */
  deferred: count,
  /** Came again before `greylist.minRetrySeconds`. */
  early: count,
  /** Came again in time and passed. */
  returned: count,
  /** Put off, and did not come again within `greylist.maxRetryHours`; known when that is over. */
  unreturned: count,
});
export type GreylistDay = z.infer<typeof day>;

export const adminGreylist = {
  status: adminQuestion(
    'settings',
    'greylist.status',
    'what greylisting did by the day, the latest first',
    z.object({ days: z.int().min(1).max(90).default(14) }),
    z.object({ days: z.array(day) }),
    looksAtAll,
  ),
};
