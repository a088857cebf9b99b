// What reaches out could be used to look for open ports: so many a minute, a few at once. The audit log is the count:
// replicas share it.
import { type AdminReply, type Asker, refused } from '@pochtar/bus';
import { countAudited } from '@pochtar/store/audit';
import type { Queryable } from '@pochtar/store/db';

export const TESTS_A_MINUTE = 10;
const AT_ONCE = 2;

type TooMany = Extract<AdminReply<never>, { ok: false }>;

/** Does the work of one person, or refuses it where there is too much of it. The question is in the log already. */
export function fewAtATime(
  { db }: { readonly db: Queryable },
  action: string,
): <Reply>(asker: Asker, work: () => Promise<Reply>) => Promise<Reply | TooMany> {
  const underWay = new Map<string, number>();
  return async ({ author }, work) => {
    const running = underWay.get(author) ?? 0;
    if (running >= AT_ONCE) return tooMany;
    // Counted before anything is waited for, or all that come at the same moment would find none.
    underWay.set(author, running + 1);
    try {
      const count = await countAudited(db, { author, action, seconds: 60 });
      return count > TESTS_A_MINUTE ? tooMany : await work();
    } finally {
      const left = (underWay.get(author) ?? 1) - 1;
      if (left > 0) underWay.set(author, left);
      else underWay.delete(author);
    }
  };
}

const tooMany = {
  ok: false as const,
  error: {
    ...refused(
      'tooMany',
      '',
      `проверок больше ${TESTS_A_MINUTE} в минуту или ${AT_ONCE} сразу: подождите и повторите`,
      `more than ${TESTS_A_MINUTE} tests a minute or ${AT_ONCE} at once: wait and try again`,
    ).error,
    retryAfterSeconds: 60,
  },
};
