// Tells the trace what was refused (`mail.refused`), and who could not log in (`auth.failed`). Both are told after the
// reply and never waited for; a flood of them is dropped rather than kept.
import { authFailed, type Bus, type MailRefused, mailRefused, type Subject } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import { type Reply, replyText } from './reply.ts';
import type { Session } from './session.ts';

/** Events on their way; more are dropped. */
const MAX_UNPUBLISHED = 256;
const MAX_ADDRESS = 400;
const MAX_REPLY = 1000;

export class Refusals {
  readonly #bus: Pick<Bus, 'publish'>;
  readonly #log: Logger;
  #unpublished = 0;

  constructor(bus: Pick<Bus, 'publish'>, log: Logger) {
    this.#bus = bus;
    this.#log = log;
  }

  /** `reversePath` and `recipient` as far as they are known. */
  mail(
    session: Session,
    envelope: { reversePath: string | null; recipient: string | null },
    answer: Reply,
  ): void {
    const event: MailRefused = {
      at: new Date().toISOString(),
      clientAddress: session.clientAddress,
      reversePath: envelope.reversePath?.slice(0, MAX_ADDRESS) ?? null,
      recipient: envelope.recipient?.slice(0, MAX_ADDRESS) ?? null,
      reply: replyText(answer).slice(0, MAX_REPLY),
    };
    this.#log.info({ session: session.id, ...event }, 'refused');
    this.#publish(mailRefused, event);
  }

  login(session: Session, login: string, reason: string): void {
    const at = new Date().toISOString();
    const event = {
      at,
      protocol: 'smtp' as const,
      clientAddress: session.clientAddress,
      login: login.slice(0, MAX_ADDRESS),
    };
    this.#log.info({ session: session.id, ...event, reason }, 'log-in refused');
    this.#publish(authFailed, event);
  }

  #publish<Payload>(subject: Subject<Payload>, payload: Payload): void {
    if (this.#unpublished >= MAX_UNPUBLISHED) return;
    this.#unpublished++;
    this.#bus
      .publish(subject, payload)
      .catch((error: unknown) => this.#log.debug({ err: error, subject: subject.name }, 'an event was lost'))
      .finally(() => {
        this.#unpublished--;
      });
  }
}
