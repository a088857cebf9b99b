// admin.trace.*: what became of mails, ended recipients and those still in the queue.
import { adminTrace, answerAdmin, done, fitting } from '@pochtar/bus';
import { showQueued } from '@pochtar/store/queue';
import { deliveriesOf, findDeliveries, findRefusals, type TracedDelivery } from '@pochtar/store/trace';
import type { Tools } from '../tools.ts';
import { queuedMail } from './admin-queue.ts';

/** An answer has two lists. */
const HALF_BYTES = 400_000;
/** How many recipients that still wait are shown beside those that have ended: `queue.show` has all. */
const SHOWN_QUEUED = 200;

export function answerTrace(tools: Tools): AsyncDisposable {
  const { db } = tools;
  const answers = [
    answerAdmin(tools, adminTrace.find, async (request, { scope }) => {
      const { since, until, ...rest } = request;
      const filter = { ...rest, since: timeOf(since), until: timeOf(until) };
      const [deliveries, refusals] = await Promise.all([
        findDeliveries(db, scope, filter),
        findRefusals(db, scope, filter),
      ]);
      const searchedSince = later(deliveries.searchedSince, refusals.searchedSince);
      const isSeen = (at: Date): boolean => searchedSince === null || at > searchedSince;
      // What lies further back than both have come is found when the asker goes on.
      const ended = deliveries.rows.filter(({ endedAt }) => isSeen(endedAt));
      const refused = refusals.rows.filter(({ at }) => isSeen(at));
      const shown = {
        deliveries: fitting(ended.map(traced), HALF_BYTES),
        refusals: fitting(
          refused.map((refusal) => ({ ...refusal, at: refusal.at.toISOString() })),
          HALF_BYTES,
        ),
      };
      const isCut = shown.deliveries.length < ended.length || shown.refusals.length < refused.length;
      return done({ ...shown, isCut, searchedSince: searchedSince?.toISOString() ?? null });
    }),
    answerAdmin(tools, adminTrace.show, async ({ mail, after, limit }, { scope }) => {
      const queued = await showQueued(db, scope, mail, { limit: SHOWN_QUEUED });
      const offset = Number(after ?? 0);
      const { deliveries, total } = await deliveriesOf(db, scope, mail, { offset, limit });
      const shown = fitting(deliveries.map(traced), HALF_BYTES);
      const end = offset + shown.length;
      return done({
        ...{ deliveries: shown, total, queued: queued && queuedMail(queued) },
        next: end < total && shown.length > 0 ? String(end) : null,
      });
    }),
  ];
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(answers.map((answer) => answer.stop()));
    },
  };
}

function traced(
  delivery: TracedDelivery,
): Omit<TracedDelivery, 'acceptedAt' | 'endedAt'> & { acceptedAt: string; endedAt: string } {
  return {
    ...delivery,
    acceptedAt: delivery.acceptedAt.toISOString(),
    endedAt: delivery.endedAt.toISOString(),
  };
}

function later(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}

function timeOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
