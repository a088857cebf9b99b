// One notice for a mail that still waits after `dsn.delayNoticeHours`: what has been tried, until when it goes on.
import { isTransient } from '@pochtar/service';
import { delayedMails, lockMail, markDelayNotified } from '@pochtar/store/queue';
import { oweNotice } from './notice.ts';
import { isNoticeWanted } from './notice-wanted.ts';
import { expiresAt } from './retry-schedule.ts';
import { Aftermath } from './settle.ts';
import type { Tools } from './tools.ts';

const CHECK_MS = 60_000;
const SLICE = 500;
/** A mail whose notice failed is left alone for so long. */
const SKIP_MS = 3_600_000;
const MAX_SKIPPED = 10_000;

export class DelayNotices {
  readonly #tools: Tools;
  /** Mails whose notice failed, and until when they are left alone. */
  readonly #skipped = new Map<string, number>();
  #checkedAt = 0;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** Looks once a minute for mails that have waited for too long; each by itself. */
  async tell(): Promise<void> {
    const { db, settings, log } = this.#tools;
    const { delayNoticeHours } = settings.current('dsn');
    const now = Date.now();
    if (delayNoticeHours === 0 || now - this.#checkedAt < CHECK_MS) return;
    for (const [mail, until] of this.#skipped) if (until <= now) this.#skipped.delete(mail);
    const before = new Date(now - delayNoticeHours * 3_600_000);
    for (const mail of await delayedMails(db, before, SLICE, [...this.#skipped.keys()])) {
      await tellOfDelay(this.#tools, mail).catch((error: unknown) => {
        if (isTransient(error)) throw error;
        log.error({ mail, err: error }, 'the sender of a mail that waits is told later');
        if (this.#skipped.size < MAX_SKIPPED) this.#skipped.set(mail, now + SKIP_MS);
      });
    }
    this.#checkedAt = now;
  }
}

async function tellOfDelay(tools: Tools, id: string): Promise<void> {
  const after = new Aftermath();
  await tools.db.transaction(async (tx) => {
    const mail = await lockMail(tx, id);
    if (mail === null || mail.state !== 'active') return;
    const waiting = mail.recipients.filter(({ attempt, isDelayNotified }) => attempt > 0 && !isDelayNotified);
    const told = waiting.filter(({ notify }) => isNoticeWanted('delayed', mail.reversePath, notify));
    const willRetryUntil = expiresAt(mail.acceptedAt, tools.settings.current('queue'));
    const recipients = told.map(({ address, originalRecipient, expandedFrom, lastReply, lastAttemptAt }) => ({
      ...{ address, originalRecipient, expandedFrom, willRetryUntil },
      status: /^4\.\d+\.\d+/.exec(lastReply ?? '')?.[0] ?? '4.0.0',
      diagnostic: lastReply,
      lastAttempt: lastAttemptAt,
    }));
    await oweNotice(tx, mail, { kind: 'delayed', recipients }, after);
    // Also of those who do not want to know: they are not looked at again.
    await markDelayNotified(
      tx,
      id,
      waiting.map(({ address }) => address),
    );
  });
  after.announce(tools);
}
