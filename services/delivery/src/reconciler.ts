// Publishes again what has lost its event, and what was parked and is due (architecture §6). One replica at a time.
import { type Backlog, backlog, incomingFilters, removeIfAstray, type Step } from '@pochtar/bus';
import { asReconciler, markPublished, type OwedMail, owedMails, wakeParked } from '@pochtar/store/queue';
import { seeToBusStore } from './bus-store.ts';
import { isLost } from './lost-event.ts';
import type { Tools } from './tools.ts';

const steps: readonly Step[] = [...incomingFilters, 'deliver'];
/** Mails in one look; publishing shares events. */
const SLICE = 500;
/** The lock's transaction must end long before Postgres ends it. */
const ROUND_MS = 20_000;

export interface ReconcilerOptions {
  seconds: number;
  minAgeSeconds: number;
}

/** Reconciles now and then every `seconds` until it is disposed. */
export function startReconciler(tools: Tools, options: ReconcilerOptions): AsyncDisposable {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    running = running.then(async () => {
      if (stopping.signal.aborted) return;
      await reconcile(tools, options.minAgeSeconds).catch((error: unknown) => {
        tools.log.warn({ reason: String(error) }, 'lost events are looked for again later');
      });
    });
  };
  run();
  // What was parked and became due meanwhile has waited long enough.
  tools.bus.onReconnect(run);
  const timer = setInterval(run, options.seconds * 1000);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

/** False: another replica does it. */
export function reconcile(tools: Tools, minAgeSeconds: number): Promise<boolean> {
  const until = Date.now() + ROUND_MS;
  return asReconciler(tools.db, async () => {
    await seeToBusStore(tools);
    for (const step of steps) await seeToConsumer(tools, step);
    await publishParked(tools, until);
    for (const step of steps) await publishLost(tools, step, minAgeSeconds, until);
  });
}

/** Before lost events are looked for: what a consumer passes over looks as if it was in hand. */
async function seeToConsumer({ bus, log }: Tools, step: Step): Promise<void> {
  const reason = await removeIfAstray(bus, step);
  if (reason !== null)
    log.error({ step, reason }, 'the consumer lost its place in the stream: it is made anew');
}

async function publishParked(tools: Tools, until: number): Promise<void> {
  for (let found = SLICE; found === SLICE && Date.now() < until; ) {
    const woken = await wakeParked(tools.db, SLICE);
    found = woken.length;
    // Committed as active: what the bus does not take now it hears later.
    await Promise.all(woken.map(({ id, step }) => tools.bus.announceStep(step as Step, id)));
  }
}

async function publishLost(tools: Tools, step: Step, minAgeSeconds: number, until: number): Promise<void> {
  const held = await backlog(tools.bus, step);
  const since = { olderThanSeconds: minAgeSeconds, before: held.streamCreatedAt };
  const published = new Set<string>();
  while (Date.now() < until) {
    const owed = await owedMails(tools.db, step, since, SLICE);
    const lost = owed.filter((mail) => !published.has(mail.id) && isLostEvent(mail, held, minAgeSeconds));
    if (lost.length === 0) return;
    const mails = lost.map(({ id }) => id);
    tools.log.warn({ step, mails: mails.length }, 'mails without an event are published again');
    await Promise.all(mails.map((mail) => tools.bus.publishStep(step, mail)));
    // From now on the event is owed since now: a backlog that forms does not make it look lost once more.
    await markPublished(tools.db, step, mails);
    for (const mail of mails) published.add(mail);
    tools.metrics.republished.add(mails.length, { step });
  }
}

function isLostEvent(
  { id, stepAt }: OwedMail,
  { oldestWaitingAt, inHand, streamCreatedAt }: Backlog,
  minAgeSeconds: number,
): boolean {
  const isInHand = inHand.has(id);
  return isLost({ stepAt, now: new Date(), oldestWaitingAt, isInHand, streamCreatedAt, minAgeSeconds });
}
