// admin.trace.*: what became of mails, ended recipients and those still in the queue.
import { adminTrace, answerAdmin, done } from '@pochtar/bus';
import { showQueued } from '@pochtar/store/queue';
import { deliveriesOf, findDeliveries, findRefusals, type TracedDelivery } from '@pochtar/store/trace';
import type { Tools } from '../tools.ts';
import { queuedMail } from './admin-queue.ts';

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
      return done({
        deliveries: deliveries.map(traced),
        refusals: refusals.map((refusal) => ({ ...refusal, at: refusal.at.toISOString() })),
      });
    }),
    answerAdmin(tools, adminTrace.show, async ({ mail }, { scope }) => {
      const queued = await showQueued(db, scope, mail);
      const deliveries = await deliveriesOf(db, scope, mail);
      return done({ deliveries: deliveries.map(traced), queued: queued && queuedMail(queued) });
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

function timeOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
