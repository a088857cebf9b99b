// admin.bans.*: who has failed to log in too often: list, lift.
import { adminBans, answerAdmin, done } from '@pochtar/bus';
import { clientKey } from '@pochtar/runtime';
import { loginLimits } from '@pochtar/service';
import { readStored } from '@pochtar/settings';
import { loginKey } from '@pochtar/store/directory';
import { type Ban, liftBans, listBans, type LoginLimits } from '@pochtar/store/lists';
import { readSections } from '@pochtar/store/settings';
import { notFound } from '../addresses.ts';
import type { Context } from '../context.ts';

export function answerBans(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminBans.list, async (request) => {
      const bans = await listBans(db, await currentLimits(context), request);
      const isWhole = bans.length < request.limit;
      return done({ bans: bans.map(infoOf), next: isWhole ? null : request.after + bans.length });
    }),
    answerAdmin(context, adminBans.lift, async ({ subject }) => {
      const lifted = await liftBans(db, spellings(subject));
      return lifted.length > 0 ? done({ lifted }) : notFound('subject', subject);
    }),
  ];
}

/** Under which it may have been counted: of an IPv6 address its /64, of an account its key. */
function spellings(subject: string): string[] {
  const key = loginKey(subject, null);
  return [...new Set([subject, clientKey(subject.toLowerCase()), ...(key === null ? [] : [key])])];
}

async function currentLimits({ db }: Context): Promise<LoginLimits> {
  const [row] = await readSections(db, ['limits']);
  const stored = readStored('limits', row?.document ?? {});
  if (!stored.ok) throw new Error('the section limits cannot be read');
  return loginLimits(stored.value);
}

function infoOf({ until, ...known }: Ban) {
  return { ...known, until: until.toISOString() };
}
