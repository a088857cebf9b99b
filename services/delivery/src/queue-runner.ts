// The queue runner: claims what is due and sends it, wakes local recipients whose wait is over, tells senders of
// delays. One of these that fails does not keep the others from being done.
//
// It wakes when the next recipient is due (due times lie on the wake-ups of the settings, one phase for all
// replicas), at once on `queue.due`, and every half minute for what a lost hint or a dead sender left due.
import { randomUUID } from 'node:crypto';
import { queueDue } from '@pochtar/bus';
import { domainOfKey } from '@pochtar/mail';
import { claimDue, forgetUnreached, nextDue, returnClaim, wakeLocal } from '@pochtar/store/queue';
import { DelayNotices } from './delay-notice.ts';
import { destinationOf, redestineAll, routeOf, targetOf } from './destination.ts';
import { type BatchTools, type Claim, LEASE_SECONDS, sendBatch } from './remote/batch.ts';
import { Heart } from './remote/heart.ts';
import { type Tools, waysOf } from './tools.ts';
import { Unreadable } from './unreadable.ts';
import { WakeUp } from './wake-up.ts';

/** Sessions under way. */
const MAX_SESSIONS = 50;
/** Connections that are being made: where nobody answers they last, and keep no others from being made. */
const MAX_CONNECTING = 150;
/** Destinations that a claim takes. */
const CLAIM_DESTINATIONS = 10;
/** Recipients that a claim takes for one of them: one transaction's worth. */
const CLAIM = 100;
const SAFETY_MS = 30_000;
/** Between two looks that hints ask for: many mails share one. */
const PAUSE_MS = 50;
const ERROR_PAUSE_MS = 1000;
const SLICE = 500;
/** What is being sent when the process stops may end by itself for so long. */
export const STOP_GRACE_MS = 10_000;

interface Batch extends Pick<Claim, 'lease' | 'destination'> {
  /** A session came about. */
  isOpen: boolean;
}

export interface RunnerOptions {
  graceMs?: number | undefined;
  /** Between two signs of life. */
  beatSeconds?: number | undefined;
}

export class QueueRunner implements AsyncDisposable {
  readonly #tools: BatchTools;
  readonly #graceMs: number;
  readonly #stopping = new AbortController();
  readonly #ending = new AbortController();
  readonly #heart: Heart;
  /** Batches under way. */
  readonly #batches = new Map<Promise<void>, Batch>();
  readonly #wakeUp = new WakeUp(this.#stopping.signal);
  readonly #delays: DelayNotices;
  readonly #hints: { stop(): void };
  readonly #running: Promise<void>;

  constructor(tools: Tools, { graceMs = STOP_GRACE_MS, beatSeconds = 2 }: RunnerOptions = {}) {
    this.#graceMs = graceMs;
    this.#heart = new Heart({
      ...{ db: tools.db, log: tools.log, sender: tools.sender, beatSeconds, leaseSeconds: LEASE_SECONDS },
      // Also for the other replicas.
      onFreed: () => tools.bus.emit(queueDue, {}),
    });
    this.#tools = {
      ...tools,
      unreadable: new Unreadable(),
      heart: this.#heart,
      stopping: this.#stopping.signal,
      signal: this.#ending.signal,
    };
    this.#delays = new DelayNotices(this.#tools);
    this.#hints = tools.bus.subscribe(queueDue, () => this.hint());
    // Hints may have been missed while the bus was away.
    tools.bus.onReconnect(() => this.hint());
    this.#running = this.#run();
  }

  /** Something became due now. */
  hint(): void {
    this.#wakeUp.hint();
  }

  /** Destinations that could not be reached are tried again, by whoever sends. */
  async forgetUnreachable(): Promise<void> {
    await forgetUnreached(this.#tools.db);
    this.#tools.bus.emit(queueDue, {});
    this.hint();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hints.stop();
    this.#stopping.abort();
    await this.#running;
    const grace = setTimeout(() => this.#ending.abort(), this.#graceMs);
    await Promise.all(this.#batches.keys());
    clearTimeout(grace);
    this.#ending.abort();
    await this.#heart.stop();
  }

  async #run(): Promise<void> {
    await this.#heart.beat();
    while (!this.#stopping.signal.aborted) {
      this.#wakeUp.clear();
      const failures = await this.#round();
      this.#tools.health.report('queue', failures[0] ?? null);
      if (failures.length > 0) this.hint();
      await this.#wakeUp.pause(failures.length > 0 ? ERROR_PAUSE_MS : PAUSE_MS);
      await this.#untilNext();
    }
  }

  /** What is due goes out first. Answers what could not be done. */
  async #round(): Promise<string[]> {
    const works = [() => this.#claimAll(), () => this.#wakeLocals(), () => this.#delays.tell()];
    const failures: string[] = [];
    for (const work of works) {
      await work().catch((error: unknown) => {
        this.#tools.log.error({ err: error }, 'the queue runner tries again');
        failures.push(`the queue runner tries again: ${String(error)}`);
      });
    }
    return failures;
  }

  async #claimAll(): Promise<void> {
    while (!this.#stopping.signal.aborted && (await this.#claim())) {
      // Goes on while there is something due and a connection free.
    }
  }

  async #wakeLocals(): Promise<void> {
    const { db, bus } = this.#tools;
    for (let woken = SLICE; woken === SLICE; ) {
      const mails = await wakeLocal(db, SLICE);
      woken = mails.length;
      // Committed: what the bus does not take now it hears later.
      await Promise.all(mails.map((mail) => bus.announceStep('deliver', mail)));
    }
  }

  /** True when something was claimed. */
  async #claim(): Promise<boolean> {
    const destinations = this.#free();
    if (destinations === 0) return false;
    const { connectionsPerDestination: connections, maxLifetimeMinutes } =
      this.#tools.settings.current('queue');
    const lease = randomUUID();
    const claimedAt = performance.now();
    const claimed = await claimDue(this.#tools.db, {
      lease,
      sender: this.#tools.sender,
      // While the database was away leases may have ended whose work goes on here.
      inHand: [...new Set([...this.#batches.values()].map((batch) => batch.lease))],
      leaseSeconds: LEASE_SECONDS,
      busy: this.#busy(connections),
      limit: CLAIM,
      ...{ destinations, connections },
      expiredBefore: new Date(Date.now() - maxLifetimeMinutes * 60_000),
    });
    for (const [destination, found] of claimed)
      await this.#start({ lease, claimedAt, destination, ...found });
    return claimed.size > 0;
  }

  /** How many destinations may be claimed. */
  #free(): number {
    const batches = [...this.#batches.values()];
    const sessions = batches.filter(({ isOpen }) => isOpen).length;
    const connecting = batches.length - sessions;
    return Math.max(0, Math.min(CLAIM_DESTINATIONS, MAX_SESSIONS - sessions, MAX_CONNECTING - connecting));
  }

  /** While the database was away leases may have ended whose connections go on here. */
  #busy(connections: number): string[] {
    const counts = new Map<string, number>();
    for (const { destination } of this.#batches.values())
      counts.set(destination, (counts.get(destination) ?? 0) + 1);
    const { table } = this.#tools.routes;
    const mayHave = (destination: string): number =>
      table.named(routeOf(destination) ?? '')?.maxConnections ?? connections;
    return [...counts].flatMap(([destination, count]) => (count >= mayHave(destination) ? destination : []));
  }

  async #start(claim: Omit<Claim, 'target' | 'onSession'>): Promise<void> {
    const { lease, destination, mails } = claim;
    const { db, log } = this.#tools;
    const ways = waysOf(this.#tools);
    const keys = mails.flatMap(({ id, recipients }) =>
      recipients.map(({ address }) => ({ mail: id, address })),
    );
    const target = targetOf(destination, ways);
    const isStill = keys.every(({ address }) => destinationOf(domainOfKey(address), ways) === destination);
    if (target === null || !isStill) {
      // The relay or a route was changed a moment ago.
      await redestineAll(db, ways);
      return returnClaim(db, lease, keys, 0);
    }
    const batch: Batch = { lease, destination, isOpen: false };
    const onSession = (): void => void (batch.isOpen = true);
    const sent = sendBatch(this.#tools, { ...claim, target, onSession })
      .catch((error: unknown) =>
        log.error({ err: error, destination }, 'a batch broke off; it is due when its lease ends'),
      )
      .finally(() => {
        this.#batches.delete(sent);
        this.hint();
      });
    this.#batches.set(sent, batch);
  }

  async #untilNext(): Promise<void> {
    if (this.#wakeUp.isHinted || this.#stopping.signal.aborted) return;
    const due = await nextDue(this.#tools.db).catch(() => null);
    const isFull = this.#free() === 0;
    // A due time that has passed belongs to a busy destination, a held mail, or another replica: no spinning.
    const untilDue = due === null || isFull ? SAFETY_MS : due.getTime() - Date.now();
    const wait = untilDue <= 0 ? ERROR_PAUSE_MS : Math.min(untilDue + 1, SAFETY_MS);
    await this.#wakeUp.wait(wait);
  }
}
