// How often an address may send in a minute (sending.rateLimit*), and an account in an hour (limits.mailsPerAccountHour;
// a mail to ten recipients is ten), counted over all processes together. Nothing is asked while neither is limited.
import { gather, type Logger } from '@pochtar/runtime';
import type { Settings } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { countSending, forgetSendingCounts, type Sending } from '@pochtar/store/lists';
import { tooManyOfAccount, tooManyOfAddress } from './replies.ts';
import type { Reply } from './reply.ts';
import type { Session } from './session.ts';

export interface SendingLimitOptions {
  db: Queryable;
  current: <S extends 'sending' | 'limits'>(section: S) => Settings[S];
  isShared: (address: string) => boolean;
  log: Logger;
}

const FORGET_EVERY_MS = 600_000;

export class SendingLimit implements Disposable {
  readonly #options: SendingLimitOptions;
  readonly #count: (item: Sending) => Promise<number>;
  readonly #timer: NodeJS.Timeout;
  #hasCounted = false;

  constructor(options: SendingLimitOptions) {
    this.#options = options;
    this.#count = gather((items: Sending[]) => countSending(options.db, items), { maxItems: 500 });
    this.#timer = setInterval(() => void this.#forget(), FORGET_EVERY_MS).unref();
  }

  /** Counts a mail that the session begins. Null: within the limits. */
  async refusal(session: Session): Promise<Reply | null> {
    const { rateLimitPerMinute } = this.#options.current('sending');
    if (this.#isAddressLimited(session)) {
      const mails = await this.#next({ subject: `address ${session.clientAddress}`, period: 'minute' });
      if (mails > rateLimitPerMinute) return tooManyOfAddress;
    }
    return this.#accountRefusal(session);
  }

  /** Counts one more recipient behind the first: a stolen password is worth no more by naming a thousand in each mail. */
  recipientRefusal(session: Session): Promise<Reply | null> {
    return this.#accountRefusal(session);
  }

  async #accountRefusal(session: Session): Promise<Reply | null> {
    const { mailsPerAccountHour } = this.#options.current('limits');
    if (session.login === null || mailsPerAccountHour === 0) return null;
    const mails = await this.#next({ subject: `account ${session.login.accountId}`, period: 'hour' });
    return mails > mailsPerAccountHour ? tooManyOfAccount : null;
  }

  // Many speak through the web mail, or what hides its clients; whether the white list is limited is a setting.
  #isAddressLimited(session: Session): boolean {
    const { rateLimitEnabled, rateLimitSkipWhitelist } = this.#options.current('sending');
    if (!rateLimitEnabled || this.#options.isShared(session.clientAddress)) return false;
    return !(rateLimitSkipWhitelist && session.listedAddress === 'white');
  }

  #next(item: Sending): Promise<number> {
    this.#hasCounted = true;
    return this.#count(item);
  }

  async #forget(): Promise<void> {
    if (!this.#hasCounted) return;
    try {
      await forgetSendingCounts(this.#options.db);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'old counts of sending are still there');
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
