// What was claimed for one destination: sent over as few connections as it takes, each mail settled as soon as its
// fate is known, the lease renewed meanwhile. No row lock is held while a far side is talked to.
import { setTimeout as sleep } from 'node:timers/promises';
import { queueDue } from '@pochtar/bus';
import { type Address, parseAddress } from '@pochtar/mail';
import { traced } from '@pochtar/runtime';
import { isTransient, type OutgoingMessage, outgoingMessage } from '@pochtar/service';
import { BlobMissing } from '@pochtar/store/blob';
import {
  type ClaimedMail,
  type ClaimedRecipient,
  deferRecipients,
  keepMail,
  lockMail,
  noteDisconnected,
  noteReached,
  noteUnreached,
  type RecipientKey,
  renewLease,
  returnClaim,
} from '@pochtar/store/queue';
import type { Failure } from '../failure.ts';
import { isGivenUp, wakeUpFrom } from '../retry-schedule.ts';
import { Aftermath, describeFailure, type Outcome, settle } from '../settle.ts';
import type { Tools } from '../tools.ts';
import type { Unreadable } from '../unreadable.ts';
import { openSession } from './connect.ts';
import type { RouteFailure } from './mx.ts';
import type { Heart } from './heart.ts';
import { type Known, sendMail } from './send-mail.ts';
import { BodyFailed, type SmtpSession } from './smtp-session.ts';
import { type Target, wayOf } from './target.ts';
import { waitForProbe } from './wait-for-probe.ts';

export const LEASE_SECONDS = 120;
const HEART_BEAT_MS = 30_000;
/** Others of us are connected to a far side that takes no more of us: when it is tried again. */
const CROWDED_SECONDS = 30;
const FAREWELL_MS = 2000;
/** Connections for one batch over which not one mail went: the far side waits for the next attempt. */
const MAX_BARREN_SESSIONS = 5;
/** The outcome of an attempt is worth waiting for the database. */
const SETTLE_RETRY_MS = 1000;
/** The same when the process must end. */
const LAST_SETTLE_TRIES = 5;

export interface Claim {
  lease: string;
  destination: string;
  target: Target;
  mails: readonly ClaimedMail[];
  /** A session with it came about within the last minutes. */
  isReached: boolean;
  /** There is a session. */
  onSession: () => void;
  /** When it was claimed, by the clock of `performance`. */
  claimedAt: number;
}

export interface BatchTools extends Tools {
  unreadable: Unreadable;
  heart: Heart;
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
    await batch.end();
    await noteDisconnected(tools.db, claim.destination, claim.lease).catch((error: unknown) =>
      tools.log.warn(
        { destination: claim.destination, reason: String(error) },
        'a connection counts for some time longer',
      ),
    );
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
  #barrenSessions = 0;
  #mailsOfSession = 0;
  #renewedAt: number;
  #isTold = false;

  constructor(tools: BatchTools, claim: Claim) {
    this.#tools = tools;
    this.#claim = claim;
    this.#renewedAt = claim.claimedAt;
    this.#open = new Map(claim.mails.map((mail) => [mail.id, mail]));
  }

  async run(): Promise<void> {
    await this.#giveUpOld();
    for (const id of [...this.#open.keys()]) {
      // Each round but the first goes over a new session, since the one before had carried mail and was then closed.
      for (let mail = this.#open.get(id); mail !== undefined; mail = this.#open.get(id)) {
        if (this.#tools.stopping.aborted) return this.#giveBack();
        await this.#beSureOfLease();
        const ours = this.#stillOurs(mail);
        if (ours === null) break;
        const outgoing = await this.#read(ours);
        if (outgoing === null) break;
        const failure = await this.#ready();
        if (failure !== null) return this.#endWith(failure);
        await this.#send(ours, outgoing);
      }
    }
  }

  /** The far side counts a connection until it is closed, so its farewell is waited for. */
  async end(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    if (session?.isOpen === true) await session.farewell(FAREWELL_MS);
  }

  /** Keeps the lease of what is not settled yet. A missed beat is made good by the next one. */
  async renew(): Promise<void> {
    const began = performance.now();
    try {
      const lost = await renewLease(this.#tools.db, this.#claim.lease, this.#keys(), LEASE_SECONDS);
      for (const { mail, address } of lost) this.#lost.add(`${mail} ${address}`);
      this.#renewedAt = began;
    } catch (error) {
      this.#tools.log.warn(
        { destination: this.#claim.destination, reason: String(error) },
        'a lease was not renewed',
      );
    }
  }

  /** Where somebody may have taken this process for dead, the lease is looked at before another mail is begun. */
  async #beSureOfLease(): Promise<void> {
    const { heart, stopping } = this.#tools;
    const isSure = (): boolean => heart.steadySince !== null && heart.steadySince <= this.#renewedAt;
    while (!stopping.aborted && !isSure()) {
      await heart.beat();
      await this.renew();
      if (!isSure()) await sleep(SETTLE_RETRY_MS);
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

  /** No session came about: that is so for everything that is due there, and not only for what is in hand. */
  async #endWith(failure: RouteFailure): Promise<void> {
    if (failure.kind === 'failed') return this.#settleSome(() => true, failure);
    const { destination, lease } = this.#claim;
    const { db, settings, log } = this.#tools;
    const latest = wakeUpFrom(new Date(Date.now() + 1), settings.current('queue'));
    const found = await noteUnreached(db, { destination, lease, latest }).catch((error: unknown) => {
      log.warn({ destination, reason: String(error) }, 'that nobody was reached is told to nobody');
      return null;
    });
    if (found === 'crowded') {
      const reason = `${failure.status} ${failure.diagnostic}`;
      await returnClaim(db, lease, this.#keys(), CROWDED_SECONDS, reason);
      this.#open.clear();
      return;
    }
    await this.#settleSome(() => true, failure);
    if (found === null) return;
    const waiting = await waitForProbe(this.#tools, destination, describeFailure(failure));
    if (waiting > 0) log.info({ destination, waiting }, 'what is due waits for the next probe');
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
    }
  }

  /** Sees to an open session; answers why there is none. */
  async #ready(): Promise<RouteFailure | null> {
    const { mailsPerConnection } = this.#tools.settings.current('queue');
    if (this.#session?.isOpen && this.#mailsOfSession < mailsPerConnection) return null;
    // Sessions that end early are opened again as long as mail goes over them.
    if (this.#session?.transactions === 0) this.#barrenSessions++;
    await this.end();
    if (this.#barrenSessions >= MAX_BARREN_SESSIONS) return droppedTooOften;
    const opened = await openSession(this.#tools, this.#claim.target);
    if (opened.kind !== 'session') return opened;
    this.#session = opened.session;
    await this.#tellReached();
    this.#mailsOfSession = 0;
    return null;
  }

  /** More connections may be made now, and what waited is due. */
  async #tellReached(): Promise<void> {
    const { onSession, isReached, destination } = this.#claim;
    onSession();
    if (isReached || this.#isTold) return;
    this.#isTold = true;
    const { db, bus, log } = this.#tools;
    try {
      await noteReached(db, destination);
      bus.emit(queueDue, {});
    } catch (error) {
      log.warn({ destination, reason: String(error) }, 'that somebody was reached is told to nobody');
    }
  }

  /** The mail as it leaves, before anybody is connected to: null when its body cannot be read. */
  async #read(mail: ClaimedMail): Promise<OutgoingMessage | null> {
    try {
      if (mail.content === null) throw new Error(`the content row of ${mail.id} is missing`);
      return await outgoingMessage(this.#tools.blobs, mail.content, this.#sender);
    } catch (error) {
      await this.#ourFault(mail, error);
      return null;
    }
  }

  async #send(mail: ClaimedMail, outgoing: OutgoingMessage): Promise<void> {
    const session = this.#session as SmtpSession;
    this.#mailsOfSession++;
    const known: Known = { outcomes: [], untaken: [] };
    const isUtf8Allowed = this.#tools.settings.current('misc').smtpUtf8;
    const options = { outgoing, sender: this.#sender, isUtf8Allowed, srsKey: this.#tools.srsKey };
    let fault: unknown = null;
    try {
      const attempt = { 'pochtar.mail': mail.id, 'pochtar.destination': this.#claim.destination };
      await traced('send', attempt, () => sendMail(session, mail, options, known));
      this.#tools.unreadable.forget(mail.id);
    } catch (error) {
      fault = error;
      // Our own fault says nothing of the far side: the session is not counted as barren.
      await this.end();
    }
    const isStopped = this.#tools.signal.aborted;
    // A session that carries no mail at all is a failure; one that has carried some is opened again.
    if (session.transactions === 0) known.outcomes.push(...known.untaken);
    // What the far side has said is written first, whatever becomes of the rest.
    await this.#settle(mail, isStopped ? known.outcomes.filter(isFinal) : known.outcomes);
    if (isStopped) return this.#giveBack();
    const left = this.#open.get(mail.id);
    if (fault !== null && left !== undefined) await this.#ourFault(left, fault);
  }

  /** A body that cannot be read now costs no attempt: the mail waits for its volume. Anything else is for a person. */
  async #ourFault(mail: ClaimedMail, error: unknown): Promise<void> {
    const cause = error instanceof BodyFailed ? error.cause : error;
    this.#tools.log.error({ mail: mail.id, err: cause }, 'a mail could not be read for sending');
    const keys = mail.recipients.map(({ address }) => ({ mail: mail.id, address }));
    // A body that is nowhere: a disk that is not mounted looks like this.
    if (isTransient(cause) || cause instanceof BlobMissing) {
      const reason = `its body cannot be read: ${(cause as Error).message}`;
      const seconds = this.#tools.unreadable.note(mail.id);
      await returnClaim(this.#tools.db, this.#claim.lease, keys, seconds, reason);
    } else await holdClaimed(this.#tools, mail.id, `delivery: ${String(cause)}`);
    this.#open.delete(mail.id);
  }

  /** Replaces the sender in envelope and header, where the relay wants that. */
  get #sender(): Address | null {
    const { target } = this.#claim;
    const isRewritten = target.kind === 'relay' && target.relay.rewriteSender;
    return isRewritten ? parseAddress(target.relay.senderAddress) : null;
  }

  /** Writes outcomes; recipients without one stay open. */
  async #settle(mail: ClaimedMail, outcomes: readonly Outcome[]): Promise<void> {
    const way = wayOf(this.#claim.target);
    if (outcomes.length > 0)
      await this.#write(mail, way === null ? outcomes : outcomes.map((one) => ({ ...one, way })));
    const settled = new Set(outcomes.map(({ address }) => address));
    const recipients = mail.recipients.filter(({ address }) => !settled.has(address));
    if (recipients.length === 0) this.#open.delete(mail.id);
    else this.#open.set(mail.id, { ...mail, recipients });
  }

  /**
   * Writes outcomes for as long as the database is away. What it refuses is written one by one, and at last without the
   * notice: a fault of ours is no reason to send again what the far side has taken.
   */
  async #write(mail: ClaimedMail, outcomes: readonly Outcome[], isSilent = false): Promise<void> {
    const { log, signal } = this.#tools;
    for (let lastTries = 0; ; ) {
      try {
        return await settleClaimed(this.#tools, this.#claim.lease, mail.id, outcomes, isSilent);
      } catch (error) {
        if (!isTransient(error)) {
          log.error({ mail: mail.id, err: error, isSilent }, 'outcomes could not be written');
          if (isSilent) throw error;
          const isOne = outcomes.length === 1;
          for (const outcome of outcomes) await this.#write(mail, [outcome], isOne);
          return;
        }
        if (signal.aborted && ++lastTries > LAST_SETTLE_TRIES) throw error;
        log.warn({ mail: mail.id, reason: String(error) }, 'an outcome is written again');
        await sleep(SETTLE_RETRY_MS);
      }
    }
  }

  /** The process stops: what was not tried is due for another one at once. */
  async #giveBack(): Promise<void> {
    await returnClaim(this.#tools.db, this.#claim.lease, this.#keys(), 0);
    this.#open.clear();
  }
}

/** Said by the far side, not the end of a connection that we cut. */
const isFinal = (outcome: Outcome): boolean => outcome.kind !== 'deferred';

const outOfTime: Failure = { status: '4.4.7', diagnostic: '' };
const droppedTooOften: RouteFailure = {
  kind: 'deferred',
  status: '4.4.2',
  diagnostic: 'the server keeps closing the connection',
};

/** Writes outcomes while the lease is still ours; what another sender has claimed since is left to it. */
async function settleClaimed(
  tools: Tools,
  lease: string,
  id: string,
  outcomes: readonly Outcome[],
  isSilent: boolean,
): Promise<void> {
  const after = new Aftermath();
  await tools.db.transaction(async (tx) => {
    const mail = await lockMail(tx, id);
    if (mail === null) return;
    const ours = new Set(
      mail.recipients.filter(({ leaseOwner }) => leaseOwner === lease).map(({ address }) => address),
    );
    const valid = outcomes.filter(({ address }) => ours.has(address));
    await settle(tools, tx, mail, valid, { now: new Date(), isClaimed: true, isSilent }, after);
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
    const deferral = { dueAt: now, attemptedAt: now, reply: reason, isCounted: true };
    await deferRecipients(
      tx,
      id,
      leased.map(({ address }) => ({ ...deferral, address })),
    );
    await keepMail(tx, id, 'poison', reason);
    after.held(id, reason);
  });
  after.announce(tools);
}
