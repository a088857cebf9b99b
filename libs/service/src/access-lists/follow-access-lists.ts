// The white list and the black list of a running process. Postgres holds them; the bus hints that a revision is new. What
// changed since the known revision is read on a hint, after a reconnect and every 15 s, so that a lost hint costs 15 s.
// While they cannot be read, the lists that are known go on deciding.
import { type Bus, listsChanged, settingsApplied } from '@pochtar/bus';
import { Reader, type ServiceContext } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import { readAccessChanges } from '@pochtar/store/lists';
import { AccessMatcher } from './access-matcher.ts';

const COMPARE_MS = 15_000;
const RETRY_MS = 1000;
/** Stands in reports where a section's name does. */
export const LISTS = 'lists';

export interface AccessLists extends AsyncDisposable {
  /** As of the newest revision that is known here: asked for at each use. */
  readonly matcher: AccessMatcher;
  readonly revision: number;
}

export interface AccessListsOptions {
  db: Queryable;
  bus: Bus;
  context: ServiceContext;
  /** How often the known revision is compared with the stored one. */
  compareMs?: number;
}

/** Resolves when the lists have been read once. */
export async function followAccessLists(options: AccessListsOptions): Promise<AccessLists> {
  const followed = new FollowedLists(options);
  try {
    await followed.open();
  } catch (error) {
    await followed[Symbol.asyncDispose]();
    throw error;
  }
  return followed;
}

class FollowedLists implements AccessLists {
  readonly #options: AccessListsOptions;
  #matcher = new AccessMatcher();
  #revision = 0;
  #isRead = false;
  readonly #reader: Reader;
  #compare: NodeJS.Timeout | undefined;
  #stopHints: () => void = () => {};

  constructor(options: AccessListsOptions) {
    this.#options = options;
    this.#reader = new Reader({
      read: () => this.#readAgain(),
      failed: (error) => this.#tellFailure(error),
      retryMs: RETRY_MS,
    });
  }

  get matcher(): AccessMatcher {
    return this.#matcher;
  }

  get revision(): number {
    return this.#revision;
  }

  async open(): Promise<void> {
    const { bus } = this.#options;
    // Hints are listened to before the first read, so that no change falls between the two.
    const hints = bus.subscribe(listsChanged, () => this.#want());
    this.#stopHints = () => hints.stop();
    bus.onReconnect(() => this.#want());
    await this.#readOnce();
    this.#compare = setInterval(() => {
      this.#want();
      this.#report();
    }, this.#options.compareMs ?? COMPARE_MS).unref();
    this.#report();
  }

  #want(): void {
    if (this.#isRead) this.#reader.want();
  }

  async #readAgain(): Promise<void> {
    const before = this.#revision;
    await this.#readOnce();
    this.#options.context.health.report(LISTS, null);
    if (this.#revision !== before) this.#report();
  }

  #tellFailure(error: unknown): void {
    const { log, health } = this.#options.context;
    log.warn({ err: error }, 'the lists cannot be read; trying again');
    health.report(LISTS, 'the white and the black list cannot be read');
  }

  async #readOnce(): Promise<void> {
    const { db, context } = this.#options;
    const changes = await readAccessChanges(db, this.#isRead ? this.#revision : null);
    if (changes.isWhole) this.#matcher = await AccessMatcher.of(changes);
    else this.#matcher.apply(changes);
    if (changes.revision !== this.#revision) {
      context.log.info({ revision: changes.revision, entries: this.#matcher.size }, 'lists applied');
    }
    this.#revision = changes.revision;
    this.#isRead = true;
  }

  /** As a section of the settings is reported, so that whoever waits for a change sees it. */
  #report(isGone = false): void {
    const { bus, context } = this.#options;
    const { name: process, instance } = context;
    const said = { process, instance, section: LISTS, revision: this.#revision, error: null };
    bus.emit(settingsApplied, { ...said, ...(isGone && { isGone }) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#compare);
    this.#stopHints();
    await this.#reader[Symbol.asyncDispose]();
    if (this.#isRead) this.#report(true);
  }
}
