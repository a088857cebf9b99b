// Tells the trace what was refused (`mail.refused`). It is told after the reply and never waited for; a flood of it is
// dropped rather than kept.
import { type Bus, type MailRefused, mailRefused } from '@pochtar/bus';
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
    if (this.#unpublished >= MAX_UNPUBLISHED) return;
    this.#unpublished++;
    this.#bus
      .publish(mailRefused, event)
      .catch((error: unknown) => this.#log.debug({ err: error }, 'a refusal was not told'))
      .finally(() => {
        this.#unpublished--;
      });
  }
}
