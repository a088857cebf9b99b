// Makes the notices that are owed, and tries those that cannot be made now again with back-off. While the volume takes
// nothing, one of them is tried every few seconds, and when that works all others that wait for the volume follow. A
// notice that could not be made within the lifetime of the queue is given up, with its trace.
import { queueDue, type Step } from '@pochtar/bus';
import type { Queryable } from '@pochtar/store/db';
import { BlobWriteError } from '@pochtar/store/blob';
import {
  acceptMails,
  claimOwedNotices,
  endOwedNotices,
  type NewMail,
  nextOwedNotice,
  type OwedNotice,
  postponeOwedNotice,
  traceUnmadeNotice,
  wakeOwedNotices,
} from '@pochtar/store/queue';
import { isTransient } from '@pochtar/service';
import { noticeMail } from './notice-mail.ts';
import { expiresAt } from './retry-schedule.ts';
import type { Tools } from './tools.ts';
import { WakeUp } from './wake-up.ts';

/** Each may return a mail of 2 MiB. */
const AT_ONCE = 8;
/** Nobody else takes a notice while it is being made, unless this process is found dead. */
const CLAIM_SECONDS = 180;
/** Between two looks whether the volume takes bodies again. */
const VOLUME_MS = 5000;
const FIRST_BACKOFF_SECONDS = 15;
const LAST_BACKOFF_SECONDS = 900;
const SAFETY_MS = 30_000;
const PAUSE_MS = 50;
const ERROR_PAUSE_MS = 1000;

type Made = { notice: OwedNotice; mail: NewMail };

export class NoticeMaker implements AsyncDisposable {
  readonly #tools: Tools;
  readonly #stopping = new AbortController();
  readonly #wakeUp = new WakeUp(this.#stopping.signal);
  readonly #hints: { stop(): void };
  readonly #running: Promise<void>;
  /** The last body was not stored. */
  #isVolumeAway = false;
  #lookedAt = 0;

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#hints = tools.bus.subscribe(queueDue, () => this.#wakeUp.hint());
    // Hints may have been missed while the bus was away.
    tools.bus.onReconnect(() => this.#wakeUp.hint());
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hints.stop();
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#wakeUp.clear();
      try {
        while (!signal.aborted && (await this.#round())) {
          // Goes on while there is something due.
        }
        await this.#wakeUp.pause(PAUSE_MS);
        await this.#wakeUp.wait(await this.#untilNext());
        if (this.#mayLookEarly()) await this.#round({ limit: 1, isEarly: true });
      } catch (error) {
        // The database is away: what was claimed without our hearing of it is ours at the next look.
        this.#tools.log.warn({ reason: String(error) }, 'owed notices are made later');
        await this.#wakeUp.pause(ERROR_PAUSE_MS);
      }
    }
  }

  /** However many hints come: between two looks at a volume that takes nothing there is a pause. */
  #mayLookEarly(): boolean {
    const now = performance.now();
    if (!this.#isVolumeAway || now - this.#lookedAt < VOLUME_MS || this.#stopping.signal.aborted)
      return false;
    this.#lookedAt = now;
    return true;
  }

  async #untilNext(): Promise<number> {
    const { db, health, sender } = this.#tools;
    const due = await nextOwedNotice(db, sender);
    if (due === null) {
      this.#isVolumeAway = false;
      health.report('notices', null);
    }
    const wait = due === null ? SAFETY_MS : due.getTime() - Date.now();
    return Math.min(Math.max(wait, 0) + 1, this.#isVolumeAway ? VOLUME_MS : SAFETY_MS);
  }

  /** True when something was due. */
  async #round(options = { limit: AT_ONCE, isEarly: false }): Promise<boolean> {
    const { db, sender } = this.#tools;
    const notices = await claimOwedNotices(db, { ...options, sender, seconds: CLAIM_SECONDS });
    const made = await Promise.all(notices.map((notice) => this.#make(notice)));
    await this.#accept(made.filter((one) => one !== null));
    return notices.length > 0;
  }

  async #make(notice: OwedNotice): Promise<Made | null> {
    try {
      const mail = await noticeMail(this.#tools, notice, new Date());
      await this.#isStored();
      return { notice, mail };
    } catch (error) {
      if (error instanceof BlobWriteError) {
        this.#isVolumeAway = true;
        this.#tools.health.report('notices', `no notice can be stored: ${error.message}`);
      }
      await this.#failed(notice, error);
      return null;
    }
  }

  async #isStored(): Promise<void> {
    this.#tools.health.report('notices', null);
    if (!this.#isVolumeAway) return;
    this.#isVolumeAway = false;
    await wakeOwedNotices(this.#tools.db, BlobWriteError.name);
  }

  /** The mails, and the end of what was owed, in one transaction; one that the database refuses fails alone. */
  async #accept(made: readonly Made[]): Promise<void> {
    if (made.length === 0) return;
    const { db, bus } = this.#tools;
    let accepted: NewMail[];
    try {
      accepted = await db.transaction((tx) => acceptOwed(tx, made));
    } catch (error) {
      const [only] = made;
      if (made.length > 1 && !isTransient(error)) for (const one of made) await this.#accept([one]);
      else if (made.length === 1 && only && !isTransient(error)) await this.#failed(only.notice, error);
      else throw error;
      return;
    }
    // Committed: what the bus does not take now it hears later.
    for (const { step, id } of accepted) void bus.announceStep(step as Step, id);
  }

  async #failed(notice: OwedNotice, error: unknown): Promise<void> {
    const { db, log, settings } = this.#tools;
    const facts = { mail: notice.mail, kind: notice.kind, sender: notice.reversePath, reason: String(error) };
    if (new Date() >= expiresAt(notice.owedSince, settings.current('queue'))) {
      log.error(facts, 'a notice is given up');
      await db.transaction(async (tx) => {
        const ended = await endOwedNotices(tx, [notice.id]);
        if (ended.length > 0)
          await traceUnmadeNotice(tx, notice, `the notice could not be made: ${String(error)}`);
      });
      return;
    }
    const seconds = Math.min(FIRST_BACKOFF_SECONDS * 2 ** (notice.attempts - 1), LAST_BACKOFF_SECONDS);
    log.warn({ ...facts, seconds }, 'a notice stays owed');
    await postponeOwedNotice(db, notice.id, seconds, String(error));
  }
}

/** Answers the mails that were made: what somebody else has made meanwhile is owed no longer. */
async function acceptOwed(tx: Queryable, made: readonly Made[]): Promise<NewMail[]> {
  const ended = new Set(
    await endOwedNotices(
      tx,
      made.map(({ notice }) => notice.id),
    ),
  );
  const mails = made.flatMap(({ mail }) => (ended.has(mail.id) ? mail : []));
  if (mails.length > 0) await acceptMails(tx, mails);
  return mails;
}
