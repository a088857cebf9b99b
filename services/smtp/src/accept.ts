// Taking responsibility: the row of a mail is committed, then the client gets its 250 (architecture §5.4, §5.5).
//
// Mails of concurrent sessions share one commit. A commit whose outcome is unknown is repeated with the same ids until
// the answer is known; a group that fails otherwise is repeated one mail at a time, so that a poisoned mail
// refuses only itself.
import { type Bus, firstStep, type ContentFilter } from '@pochtar/bus';
import { gather, type Logger } from '@pochtar/runtime';
import { isOutOfRoom } from '@pochtar/service';
import { type Database, isTransient, sqlState } from '@pochtar/store/db';
import { acceptMails, type NewMail } from '@pochtar/store/queue';
import type { Metrics } from './metrics.ts';

/**
 * refused: the rows of this very mail can't be stored; noRoom: the database has no room for them; deferred: nobody knows,
 * or nothing can be stored now.
 */
export type Outcome = 'accepted' | 'refused' | 'noRoom' | 'deferred';

export interface AcceptorOptions {
  db: Database;
  bus: Pick<Bus, 'announceStep'>;
  log: Logger;
  metrics: Metrics;
  /** How long a commit is repeated. */
  repeatMs?: number | undefined;
}

const MAX_GROUP = 128;
const GROUPS_AT_ONCE = 2;
const REPEAT_MS = 60_000;
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 2000;
const LAST_EVENTS_MS = 2000;

export class Acceptor implements AsyncDisposable {
  readonly #options: AcceptorOptions;
  readonly #commit: (mail: NewMail) => Promise<Outcome>;
  #unpublished = 0;

  constructor(options: AcceptorOptions) {
    this.#options = options;
    this.#commit = gather((mails) => this.#commitGroup(mails), {
      maxItems: MAX_GROUP,
      concurrency: GROUPS_AT_ONCE,
    });
  }

  /** The body must be durable before. Resolves when the rows are committed, or when it is known that they are not taken. */
  async accept(mail: NewMail): Promise<Outcome> {
    const started = performance.now();
    const outcome = await this.#commit(mail);
    this.#options.metrics.commitDuration.record((performance.now() - started) / 1000);
    // Only committed rows are told of; the 250 does not wait for it.
    if (outcome === 'accepted') void this.#announce(mail);
    return outcome;
  }

  /** Waits a moment for events that are on their way; what is still owed then the reconciler publishes. */
  async [Symbol.asyncDispose](): Promise<void> {
    const deadline = Date.now() + LAST_EVENTS_MS;
    while (this.#unpublished > 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #commitGroup(mails: NewMail[]): Promise<Outcome[]> {
    this.#options.metrics.groupSize.record(mails.length);
    const error = await this.#commitUntilKnown(mails);
    if (error === null) return mails.map(() => 'accepted');
    const { log } = this.#options;
    const [only] = mails;
    if (isOutOfRoom(error)) {
      log.error({ err: error, mails: mails.length }, 'the database has no room for mails');
      return mails.map(() => 'noRoom');
    }
    if (isTransient(error) || (mails.length === 1 && !isFaultOfMail(error))) {
      log.error({ err: error, mails: mails.length }, 'mails could not be committed');
      return mails.map(() => 'deferred');
    }
    if (mails.length === 1 && only) {
      log.error({ err: error, mail: only.id }, 'a mail cannot be stored');
      return ['refused'];
    }
    // Whatever it is, an error of this process included (a group too large to be written as one text): it may be of one
    // mail, or of all of them together.
    const outcomes: Outcome[] = [];
    for (const mail of mails) outcomes.push(...(await this.#commitGroup([mail])));
    return outcomes;
  }

  /** Null when committed; otherwise why not, or the last of the errors that told nothing. */
  async #commitUntilKnown(mails: NewMail[]): Promise<unknown> {
    const deadline = Date.now() + (this.#options.repeatMs ?? REPEAT_MS);
    let isKnown = true;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LAST_PAUSE_MS)) {
      try {
        await acceptMails(this.#options.db, mails);
        return null;
      } catch (error) {
        // The same ids again: what was committed without our knowing stays as it is.
        if (!isTransient(error) || Date.now() + pause > deadline) return error;
        // Nothing is committed, and room does not come back while a client waits.
        if (isKnown && isOutOfRoom(error)) return error;
        if (sqlState(error) === null) isKnown = false;
        this.#options.log.warn(
          { mails: mails.length, sqlState: sqlState(error), reason: String(error) },
          'a commit is repeated',
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async #announce(mail: NewMail): Promise<void> {
    this.#unpublished++;
    await this.#options.bus.announceStep(firstStep(mail.slip as ContentFilter[]), mail.id);
    this.#unpublished--;
  }
}

// SQLSTATE classes 22 (data exception), 23 (integrity), 54 (program limit exceeded): this text, this size, this value.
function isFaultOfMail(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlState(error) ?? '');
}
