// Tells the trace what was refused (`mail.refused`): once a second, each client and reply with a count and some of the recipients, so that neither the
// bus nor the trace nor the log grows with how often a stranger comes. Told after the reply and never waited for.
import { type Bus, type MailRefused, mailRefused } from '@pochtar/bus';
import { clientKey, type Logger } from '@pochtar/runtime';
import { type Reply, replyText } from './reply.ts';
import type { Session } from './session.ts';

/** Clients and replies that are told apart in a minute; what is refused beyond them is counted together. */
const MAX_KINDS = 2000;
/** Sessions of one client with one reply whose refusal is in the log, a minute. */
const MAX_LOGGED = 10;
const FLUSH_MS = 1000;
const LAST_FLUSH_MS = 2000;
const PUBLISHED_AT_ONCE = 50;
const MAX_ADDRESS = 400;
const MAX_REPLY = 1000;
/** Different recipients that are told of one kind, the first beside them. */
const MAX_OTHERS = 19;
const OTHERS = 'refused (more clients and replies in this minute than are kept apart)';

export interface RefusedEnvelope {
  /** As far as they are known. */
  reversePath: string | null;
  recipient: string | null;
}

export class Refusals implements AsyncDisposable {
  readonly #bus: Pick<Bus, 'publish'>;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  /** Not told yet, by kind. */
  #untold = new Map<string, MailRefused>();
  /** How often each kind was refused in this minute. */
  readonly #kinds = new Map<string, number>();
  #minute = '';
  #flushing: Promise<void> | null = null;

  constructor(bus: Pick<Bus, 'publish'>, log: Logger) {
    this.#bus = bus;
    this.#log = log;
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  note(session: Session, envelope: RefusedEnvelope, answer: Reply): void {
    const event: MailRefused = {
      at: new Date().toISOString(),
      clientAddress: session.clientAddress,
      reversePath: envelope.reversePath?.slice(0, MAX_ADDRESS).toWellFormed() ?? null,
      recipient: envelope.recipient?.slice(0, MAX_ADDRESS).toWellFormed() ?? null,
      otherRecipients: [],
      reply: replyText(answer).slice(0, MAX_REPLY),
      count: 1,
    };
    const known = this.#add(event);
    session.refusals++;
    // One line a session; what comes behind it is summed up at its end.
    const isLogged = session.refusals === 1 && known <= MAX_LOGGED;
    if (isLogged) session.isRefusalLogged = true;
    this.#log[isLogged ? 'info' : 'debug']({ session: session.id, ...event }, 'refused');
  }

  /** The session is over. */
  ended({ id, clientAddress, refusals, isRefusalLogged }: Session): void {
    if (!isRefusalLogged || refusals < 2) return;
    this.#log.info({ session: id, clientAddress, refusals }, 'refused so often in the session');
  }

  /** Tells what is not told yet; what the bus does not take is kept for the next time. */
  flush(): Promise<void> {
    this.#flushing ??= this.#tell().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_FLUSH_MS);
    });
    await Promise.race([this.#flushing?.then(() => this.flush()) ?? this.flush(), late]);
    clearTimeout(timer);
  }

  /** Answers how often its kind was refused in this minute. */
  #add(event: MailRefused): number {
    const minute = event.at.slice(0, 16);
    if (minute !== this.#minute) this.#kinds.clear();
    this.#minute = minute;
    const kind = `${clientKey(event.clientAddress)} ${event.reply}`;
    const isKept = this.#kinds.has(kind) || this.#kinds.size < MAX_KINDS;
    if (!isKept) {
      this.#keep(amongOthers(event));
      return Number.POSITIVE_INFINITY;
    }
    const known = (this.#kinds.get(kind) ?? 0) + event.count;
    this.#kinds.set(kind, known);
    this.#keep(event);
    return known;
  }

  #keep(event: MailRefused): void {
    const key = `${event.at.slice(0, 16)} ${clientKey(event.clientAddress)} ${event.reply}`;
    const known = this.#untold.get(key);
    if (known === undefined) return void this.#untold.set(key, { ...event });
    known.count += event.count;
    for (const recipient of [event.recipient, ...event.otherRecipients]) {
      if (recipient === null || known.otherRecipients.length === MAX_OTHERS) continue;
      if (known.recipient === null) known.recipient = recipient;
      else if (recipient !== known.recipient && !known.otherRecipients.includes(recipient))
        known.otherRecipients.push(recipient);
    }
  }

  async #tell(): Promise<void> {
    const untold = [...this.#untold.values()];
    this.#untold = new Map();
    for (let at = 0; at < untold.length; at += PUBLISHED_AT_ONCE) {
      const told = await Promise.allSettled(
        untold.slice(at, at + PUBLISHED_AT_ONCE).map((event) => this.#bus.publish(mailRefused, event)),
      );
      const failed = told.findIndex((outcome) => outcome.status === 'rejected');
      if (failed < 0) continue;
      const { reason } = told[failed] as PromiseRejectedResult;
      this.#log.debug({ reason: String(reason) }, 'refusals are not told yet');
      for (const [index, outcome] of told.entries()) {
        if (outcome.status === 'rejected') this.#keepForLater(untold[at + index] as MailRefused);
      }
      for (const event of untold.slice(at + PUBLISHED_AT_ONCE)) this.#keepForLater(event);
      return;
    }
  }

  /** While the bus is away minutes add up: beyond the limit only their number is kept. */
  #keepForLater(event: MailRefused): void {
    if (this.#untold.size < MAX_KINDS) return this.#keep(event);
    this.#keep(amongOthers(event));
  }
}

/** Counted, and nothing more. */
function amongOthers(event: MailRefused): MailRefused {
  const nobody = { clientAddress: '', reversePath: null, recipient: null, otherRecipients: [] };
  return { ...event, ...nobody, reply: OTHERS };
}
