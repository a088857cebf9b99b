// admin.overview.mail: mail by the hour, what waits, what needs a hand; from counters alone.
import {
  adminOverview,
  type AdminReply,
  type AdminScope,
  answerAdmin,
  done,
  type MailOverview,
} from '@pochtar/bus';
import { readStored } from '@pochtar/settings';
import { GLANCE_MOST, glanceAtQueue } from '@pochtar/store/queue';
import { readSections } from '@pochtar/store/settings';
import {
  hourOf,
  readTraffic,
  refusalReasons,
  sumTraffic,
  type TrafficCounts,
  type TrafficHour,
} from '@pochtar/store/trace';
import { mailRemarks } from '../mail-remarks.ts';
import type { Tools } from '../tools.ts';

const HOUR_MS = 3_600_000;
const HOURS = 48;
const DAY_MS = 24 * HOUR_MS;
const MOST_REASONS = 5;

const NOTHING: TrafficCounts = {
  ...{ accepted: 0, refused: 0, putOff: 0, delivered: 0, relayed: 0, returned: 0, deferred: 0 },
};

export function answerOverview(tools: Tools): AsyncDisposable {
  const answer = answerAdmin(tools, adminOverview.mail, (_, { scope }) => overview(tools, scope, new Date()));
  return { [Symbol.asyncDispose]: () => answer.stop() };
}

async function overview(tools: Tools, scope: AdminScope, now: Date): Promise<AdminReply<MailOverview>> {
  const { db } = tools;
  const current = hourOf(now).getTime();
  const ago = (ms: number): Date => new Date(current + HOUR_MS - ms);
  const counted = await readTraffic(db, scope, ago(HOURS * HOUR_MS));
  const day = await sumTraffic(db, scope, ago(DAY_MS), ago(0));
  const weekBefore = await sumTraffic(db, scope, ago(8 * DAY_MS), ago(7 * DAY_MS));
  const reasons = await refusalReasons(db, scope, ago(DAY_MS), MOST_REASONS);
  const { total, held } = await glanceAtQueue(db, scope);
  // Of the hour that has just begun nothing is counted yet.
  const known = counted.findLast(({ waiting }) => waiting !== null);
  const waiting = total?.count ?? known?.waiting ?? 0;
  const oldestAt = total === null ? (known?.oldestAt ?? null) : total.oldestAt;
  const disk = scope === 'all' ? await diskOf(tools) : null;
  const figures = { held, disk };
  const waitingBefore = counted.find(({ hour }) => hour.getTime() === current - HOUR_MS)?.waiting ?? null;
  return done({
    hours: filled(counted, current),
    countedAt: counted.findLast(({ countedAt }) => countedAt !== null)?.countedAt?.toISOString() ?? null,
    day: day ?? NOTHING,
    weekBefore,
    queue: {
      waiting: Math.min(waiting, GLANCE_MOST),
      isMore: waiting > GLANCE_MOST,
      oldestAt: oldestAt?.toISOString() ?? null,
      held: Object.values(held).reduce((sum, { count }) => sum + count, 0),
    },
    reasons,
    disk,
    remarks: mailRemarks({ waiting, waitingBefore, ...figures }),
  });
}

/** An hour without mail has its zeros. */
function filled(counted: readonly TrafficHour[], current: number): MailOverview['hours'] {
  const byHour = new Map(counted.map((one) => [one.hour.getTime(), one]));
  return Array.from({ length: HOURS }, (_, index) => {
    const at = current - (HOURS - 1 - index) * HOUR_MS;
    const { accepted, refused, putOff, delivered, relayed, returned, deferred } = byHour.get(at) ?? NOTHING;
    const hour = new Date(at).toISOString();
    return { hour, accepted, refused, putOff, delivered, relayed, returned, deferred };
  });
}

async function diskOf({ db, blobs, log }: Tools): Promise<MailOverview['disk']> {
  const freeBytes = await blobs.freeBytes().catch((error: unknown) => {
    log.warn({ err: error }, 'free space cannot be measured');
    return null;
  });
  if (freeBytes === null) return null;
  const [row] = await readSections(db, ['alerts']);
  const alerts = readStored('alerts', row?.document ?? {});
  return alerts.ok ? { freeBytes, lowWaterBytes: alerts.value.diskLowWaterMb * 1024 * 1024 } : null;
}
