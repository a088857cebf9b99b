// admin.greylist.status: what greylisting did by the day.
import { adminGreylist, answerAdmin, done } from '@pochtar/bus';
import { readGreylistDays } from '@pochtar/store/lists';
import type { Context } from '../context.ts';

export function answerGreylist(context: Context): { stop(): Promise<void> }[] {
  return [
    answerAdmin(context, adminGreylist.status, async ({ days }) =>
      done({ days: await readGreylistDays(context.db, days) }),
    ),
  ];
}
