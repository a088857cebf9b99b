// What was claimed for one destination: sent over as few connections as it takes, each mail settled as soon as its
// fate is known, the lease renewed meanwhile. No row lock is held while a far side is talked to.
import { parseAddress } from '@pochtar/mail';
import { traced } from '@pochtar/runtime';
import { isTransient } from '@pochtar/service';
import {
  type ClaimedMail,
  type ClaimedRecipient,
  deferRecipients,
  keepMail,
  lockMail,
  type RecipientKey,
  renewLease,
  returnClaim,
} from '@pochtar/store/queue';
import { isGivenUp } from '../retry-schedule.ts';
import { Aftermath, type Failure, type Outcome, settle } from '../settle.ts';
import type { Tools } from '../tools.ts';
import { openSession, type Target } from './connect.ts';
import type { RouteFailure } from './mx.ts';
import { sendMail } from './send-mail.ts';
import { BodyFailed, SessionFailed, type SmtpSession } from './smtp-session.ts';
import type { Unreachable } from './unreachable.ts';

export const LEASE_SECONDS = 120;
const HEART_BEAT_MS = 30_000;
/** Mails over one connection. */
const MAX_MAILS = 50;
/** Connections for one batch: a far side that keeps dropping them waits for the next attempt. */
const MAX_SESSIONS = 5;
/** The outcome of an attempt is worth waiting for the database. */
const SETTLE_RETRY_MS = 1000;
const SETTLE_TRIES = 300;
const OWN_FAULT_SECONDS = 60;

export interface Claim {
  lease: string;
  destination: string;
  target: Target;
  mails: readonly ClaimedMail[];
}

export interface BatchTools extends Tools {
  unreachable: Unreachable;
  /** No new mail is begun. */
  stopping: AbortSignal;
  /** Ends every connection. */
  signal: AbortSignal;
}

export async function sendBatch(tools: BatchTools, claim: Claim): Promise<void> {
  const batch = new Batch(tools, claim);
  const heart = setInterval(() => void batch.renew(), HEART_BEAT_MS);
  try {
    await batch.run();
  } finally {
    clearInterval(heart);
    batch.end();
  }
}

class Batch {
  readonly #tools: BatchTools;
  readonly #claim: Claim;
  /** Mails that are not settled yet. */
  readonly #open: Map<string, ClaimedMail>;
  /** Recipients whose lease went to somebody else: `mail address`. */
  readonly #lost = new Set<string>();
  #session: SmtpSession | null = null;
  #sessions = 0;
  #mailsOfSession = 0;

  constructor(tools: BatchTools, claim: Claim) {
    this.#tools = tools;
    this.#claim = claim;
    this.#open = new Map(claim.mails.map((mail) => [mail.id, mail]));
  }

  async run(): Promise<void> {
    await this.#giveUpOld();
    await this.#spareDead();
    for (const mail of [...this.#open.values()]) {
      if (this.#tools.stopping.aborted) return this.#giveBack();
      const ours = this.#stillOurs(mail);
      if (ours === null) continue;
      const failure = await this.#ready();
      if (failure !== null) return this.#settleSome(() => true, failure);
      await this.#send(ours);
    }
  }

  end(): void {
    this.#session?.quit();
    this.#session = null;
  }

  /** Keeps the lease of what is not settled yet. A missed beat is made good by the next one. */
  async renew(): Promise<void> {
    try {
      const lost = await renewLease(this.#tools.db, this.#claim.lease, this.#keys(), LEASE_SECONDS);
      for (const { mail, address } of lost) this.#lost.add(`${mail} ${address}`);
    } catch (error) {
      this.#tools.log.warn(
        { destination: this.#claim.destination, reason: String(error) },
        'a lease was not renewed',
      );
    }
  }

  #keys(): RecipientKey[] {
    return [...this.#open.values()].flatMap(({ id, recipients }) =>
      recipients.map(({ address }) => ({ mail: id, address })),
    );
  }

  #stillOurs(mail: ClaimedMail): ClaimedMail | null {
    const recipients = mail.recipients.filter(({ address }) => !this.#lost.has(`${mail.id} ${address}`));
    return recipients.length === 0 ? null : { ...mail, recipients };
  }

  /** Recipients whose time is over are not tried again: settling turns that into a bounce that tells the last reply. */
  async #giveUpOld(): Promise<void> {
    const now = new Date();
    const queue = this.#tools.settings.current('queue');
    const isOld = ({ attempt }: ClaimedRecipient, { acceptedAt }: ClaimedMail): boolean =>
      isGivenUp({ acceptedAt, earlierAttempts: attempt - 1 }, now, queue);
    await this.#settleSome(isOld, { kind: 'deferred', ...outOfTime });
  }

  /** Where nobody answered a moment ago, who was tried before waits on; a first attempt is always made. */
  async #spareDead(): Promise<void> {
    const dead = this.#tools.unreachable.of(this.#claim.destination);
    if (dead !== null) await this.#settleSome(({ attempt }) => attempt > 1, dead);
  }

  async #settleSome(
    isMeant: (recipient: ClaimedRecipient, mail: ClaimedMail) => boolean,
    failure: RouteFailure,
  ): Promise<void> {
    for (const mail of [...this.#open.values()]) {
      const meant = mail.recipients.filter((recipient) => isMeant(recipient, mail));
      if (meant.length === 0) continue;
      await this.#settle(
        mail,
        meant.map(({ address }): Outcome => ({ ...failure, address })),
      );
      const others = mail.recipients.filter((recipient) => !meant.includes(recipient));
      if (others.length > 0) this.#open.set(mail.id, { ...mail, recipients: others });
    }
  }

  /** Sees to an open session; answers why there is none. */
  async #ready(): Promise<RouteFailure | null> {
    if (this.#session?.isOpen && this.#mailsOfSession < MAX_MAILS) return null;
    this.end();
    if (++this.#sessions > MAX_SESSIONS) return droppedTooOften;
    const opened = await openSession(this.#tools, this.#claim.target);
    if (opened.kind !== 'session') {
      if (opened.kind === 'deferred') this.#tools.unreachable.note(this.#claim.destination, opened);
      return opened;
    }
    this.#tools.unreachable.forget(this.#claim.destination);
    this.#session = opened.session;
    this.#mailsOfSession = 0;
    return null;
  }

  async #send(mail: ClaimedMail): Promise<void> {
    const session = this.#session as SmtpSession;
    this.#mailsOfSession++;
    const outcomes: Outcome[] = [];
    try {
      const attempt = { 'pochtar.mail': mail.id, 'pochtar.destination': this.#claim.destination };
      await traced('send', attempt, () => sendMail(session, mail, this.#options(), outcomes));
    } catch (error) {
      if (this.#tools.signal.aborted) return this.#giveBack();
      if (!(error instanceof SessionFailed)) return this.#ourFault(mail, error);
      const known = new Set(outcomes.map(({ address }) => address));
      // RFC 3463 §3.5: bad connection. Whether the far side has the mail is not known: at least once.
      const failure = {
        status: '4.4.2',
        diagnostic: error.reply?.text ?? error.message,
        remoteMta: session.host,
      };
      for (const { address } of mail.recipients) {
        if (!known.has(address)) outcomes.push({ kind: 'deferred', address, ...failure });
      }
    }
    await this.#settle(mail, outcomes);
  }

  /** A volume that is away costs a minute and no attempt; a body that is nowhere waits for a person. */
  async #ourFault(mail: ClaimedMail, error: unknown): Promise<void> {
    const cause = error instanceof BodyFailed ? error.cause : error;
    this.#tools.log.error({ mail: mail.id, err: cause }, 'a mail could not be read for sending');
    const keys = mail.recipients.map(({ address }) => ({ mail: mail.id, address }));
    if (isTransient(cause)) await returnClaim(this.#tools.db, this.#claim.lease, keys, OWN_FAULT_SECONDS);
    else await holdClaimed(this.#tools, mail.id, `delivery: ${String(cause)}`);
    this.#open.delete(mail.id);
  }

  #options(): Parameters<typeof sendMail>[2] {
    const { target } = this.#claim;
    const isRewritten = target.kind === 'relay' && target.relay.rewriteSender;
    return {
      blobs: this.#tools.blobs,
      sender: isRewritten ? parseAddress(target.relay.senderAddress) : null,
      isUtf8Allowed: this.#tools.settings.current('misc').smtpUtf8,
    };
  }

  async #settle(mail: ClaimedMail, outcomes: readonly Outcome[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await settleClaimed(this.#tools, this.#claim.lease, mail.id, outcomes);
        break;
      } catch (error) {
        if (!isTransient(error) || tries === SETTLE_TRIES) throw error;
        this.#tools.log.warn({ mail: mail.id, reason: String(error) }, 'an outcome is written again');
        await new Promise((resolve) => setTimeout(resolve, SETTLE_RETRY_MS));
      }
    }
    this.#open.delete(mail.id);
  }

  /** The process stops: what was not tried is due for another one at once. */
  async #giveBack(): Promise<void> {
    await returnClaim(this.#tools.db, this.#claim.lease, this.#keys(), 0);
    this.#open.clear();
  }
}

const outOfTime: Failure = { status: '4.4.7', diagnostic: '' };
const droppedTooOften: RouteFailure = {
  kind: 'deferred',
  status: '4.4.2',
  diagnostic: 'the server keeps closing the connection',
};

/** Writes outcomes while the lease is still ours; what another sender has claimed since is left to it. */
export async function settleClaimed(
  tools: Tools,
  lease: string,
  id: string,
  outcomes: readonly Outcome[],
): Promise<void> {
  const after = new Aftermath();
  await tools.db.transaction(async (tx) => {
    const mail = await lockMail(tx, id);
    if (mail === null) return;
    const ours = new Set(
      mail.recipients.filter(({ leaseOwner }) => leaseOwner === lease).map(({ address }) => address),
    );
    const valid = outcomes.filter(({ address }) => ours.has(address));
    await settle(tools, tx, mail, valid, { now: new Date(), isClaimed: true }, after);
  });
  after.announce(tools);
}

/** A mail that cannot be sent at all is kept, its leases ended. */
async function holdClaimed(tools: Tools, id: string, reason: string): Promise<void> {
  const after = new Aftermath();
  await tools.db.transaction(async (tx) => {
    const mail = await lockMail(tx, id);
    if (mail === null) return;
    const leased = mail.recipients.filter(({ leaseOwner }) => leaseOwner !== null);
    const now = new Date();
    await deferRecipients(
      tx,
      id,
      leased.map(({ address }) => ({ address, dueAt: now, reply: reason, isCounted: true })),
    );
    await keepMail(tx, id, 'poison', reason);
    after.held(id, reason);
  });
  after.announce(tools);
}
