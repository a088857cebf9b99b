// What the mails of a moment share: the statement that loads them, the one that settles their verdicts, the one that parks
// them (ADR 37).
import type { Step } from '@pochtar/bus';
import { gather } from '@pochtar/runtime';
import { isTransient } from '@pochtar/service';
import { insertContents } from '@pochtar/store/content';
import type { Database } from '@pochtar/store/db';
import {
  type AuditorCopy,
  copyForAuditors,
  type Judgement,
  type MailToJudge,
  mailsToJudge,
  type Move,
  parkMails,
  settleVerdicts,
  type VerdictRow,
} from '@pochtar/store/queue';
import type { ContentFilterName, Said, Verdict } from './filter.ts';

/** Most mails in one statement. */
const MAX_BATCH = 100;
/** The longest that a verdict waits for others. */
const TOGETHER_MS = 20;
/** Mails that are loaded before it is their turn, and for how long what was read of them counts. */
const MAX_AHEAD = 500;
const FRESH_MS = 1000;

export interface Settlement {
  mail: string;
  next: Step;
  generation: number;
  /** What the verdict was given by. */
  settingsRevision: number;
  /** Null: it is there already. */
  verdict: Verdict | null;
}

export interface Parking {
  mail: string;
  seconds: number;
  reason: string;
}

export interface Surroundings {
  /** Whether other mails will have their verdict in a while. */
  isMoreComing: () => boolean;
  /** Told of mails that were loaded together. */
  onLoaded: (mails: Iterable<MailToJudge>) => void;
}

export class SharedStatements {
  /** Commits a verdict and the move to the next step; whether it was moved. */
  readonly settle: (settlement: Settlement) => Promise<boolean>;
  readonly park: (parking: Parking) => Promise<void>;
  readonly #db: Database;
  readonly #name: ContentFilterName;
  readonly #onLoaded: Surroundings['onLoaded'];
  readonly #load: (mail: string) => Promise<MailToJudge | null>;
  readonly #ahead = new Map<string, { loaded: Promise<MailToJudge | null>; at: number }>();

  constructor(db: Database, name: ContentFilterName, { isMoreComing, onLoaded }: Surroundings) {
    this.#db = db;
    this.#name = name;
    this.#onLoaded = onLoaded;
    this.#load = gather((mails) => this.#loadAll(mails), { maxItems: MAX_BATCH, concurrency: 2 });
    this.settle = gather((settlements) => this.#settleAll(settlements), {
      maxItems: MAX_BATCH,
      concurrency: 2,
      patience: { ms: TOGETHER_MS, isWorthIt: isMoreComing },
    });
    this.park = gather((parkings) => this.#parkAll(parkings), { maxItems: MAX_BATCH });
  }

  /** These are asked for next. */
  expect(mails: readonly string[]): void {
    for (const mail of mails) {
      if (this.#ahead.size >= MAX_AHEAD) return;
      const loaded = this.#load(mail);
      // Whoever asks for the mail hears of it.
      loaded.catch(() => {});
      this.#ahead.set(mail, { loaded, at: performance.now() });
    }
  }

  /** The mail as it was a moment ago; null when it is gone. */
  load(id: string): Promise<MailToJudge | null> {
    const ahead = this.#ahead.get(id);
    this.#ahead.delete(id);
    // Its body may lie elsewhere, or a person may have taken it aside, since it was read so long ago.
    const isFresh = ahead !== undefined && performance.now() - ahead.at < FRESH_MS;
    return isFresh ? ahead.loaded : this.#load(id);
  }

  async #loadAll(mails: string[]): Promise<(MailToJudge | null)[]> {
    const found = await mailsToJudge(this.#db, this.#name, mails);
    this.#onLoaded(found.values());
    return mails.map((mail) => found.get(mail) ?? null);
  }

  // A group that the database refuses is repeated one mail at a time, so that one mail fails alone.
  async #settleAll(settlements: Settlement[]): Promise<(boolean | Error)[]> {
    try {
      const moved = await this.#settleGroup(settlements);
      return settlements.map(({ mail }) => moved.has(mail));
    } catch (error) {
      if (settlements.length === 1 || isTransient(error)) throw error;
    }
    const results: (boolean | Error)[] = [];
    for (const settlement of settlements) {
      try {
        results.push((await this.#settleGroup([settlement])).has(settlement.mail));
      } catch (error) {
        results.push(error as Error);
      }
    }
    return results;
  }

  async #settleGroup(settlements: readonly Settlement[]): Promise<Set<string>> {
    // Two events of one mail may be under way at the same time.
    const each = [...new Map(settlements.map((settlement) => [settlement.mail, settlement])).values()];
    const rows = each.map(rowOf);
    const contents = each.flatMap(({ verdict }) =>
      [verdict, ...(verdict?.recipients ?? [])].flatMap((said) => said?.replacement ?? []),
    );
    const copies = each.flatMap(copiesOf);
    if (contents.length + copies.length === 0) return settleVerdicts(this.#db, this.#name, rows);
    return this.#db.transaction(async (tx) => {
      if (contents.length > 0) await insertContents(tx, contents);
      const moved = await settleVerdicts(tx, this.#name, rows);
      await copyForAuditors(
        tx,
        copies.filter(({ mail }) => moved.has(mail)),
      );
      return moved;
    });
  }

  async #parkAll(parkings: Parking[]): Promise<undefined[]> {
    const each = [...new Map(parkings.map((parking) => [parking.mail, parking])).values()];
    await parkMails(this.#db, this.#name, each);
    return parkings.map(() => undefined);
  }
}

export function copiesOf({ mail, verdict }: Pick<Settlement, 'mail' | 'verdict'>): AuditorCopy[] {
  return (verdict?.copies ?? []).map((to) => ({ mail, to }));
}

function rowOf({ mail, next, generation, settingsRevision, verdict }: Settlement): VerdictRow | Move {
  if (verdict === null) return { mail, next, generation };
  const recipients = verdict.recipients?.map(({ recipient, ...said }) => ({
    recipient,
    ...judgementOf(said),
  }));
  return {
    mail,
    next,
    generation,
    settingsRevision,
    ...judgementOf(verdict),
    ...(recipients && { recipients }),
  };
}

function judgementOf(said: Said): Judgement {
  const { result, reason, prefix, removed, replacement, target, isUnseen = false } = said;
  return {
    result,
    reason,
    prefix: prefix ?? null,
    removed: removed ?? null,
    replacementContentId: replacement?.id ?? null,
    target: target ?? null,
    isUnseen,
  };
}
