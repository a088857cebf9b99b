// A mail that may have ended the process that had it in hand: what is noted of it before it is taken again.
import type { Queryable } from '../db.ts';

/** Notes that the mail is taken alone, durably; how often that was so since it last came to an end. 0: it is gone. */
export async function takeAlone(db: Queryable, mail: string): Promise<number> {
  const [row] = await db.query<{ times: number }>({
    name: 'take_alone',
    text: `update queue.mail set taken_alone = least(taken_alone + 1, 1000) where id = $1 returning taken_alone as times`,
    values: [mail],
  });
  return row?.times ?? 0;
}

/** The process lives: whatever became of the mail, it is not to blame. */
export async function cameToAnEnd(db: Queryable, mail: string): Promise<void> {
  await db.query({
    name: 'came_to_an_end',
    text: 'update queue.mail set taken_alone = 0 where id = $1 and taken_alone > 0',
    values: [mail],
  });
}
