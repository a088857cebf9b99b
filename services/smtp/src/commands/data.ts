// DATA: RFC 5321 §4.1.1.4. Takes the payload in and, at its end, the responsibility for the mail.
import { describeContent, fieldsInMail } from '@pochtar/mail';
import { traced, uuidv7 } from '@pochtar/runtime';
import { type CompleteBody, IncomingBody, isOutOfRoom, storeBody } from '@pochtar/service';
import { checkContent, removedRanges, removedRefusal } from '../check-content.ts';
import { type FrontFields, submissionOf, traceFields } from '../front-fields.ts';
import { currentSlip, newMail } from '../new-mail.ts';
import { claimsOurs } from '../own-names.ts';
import { cannotBeStored, localTrouble, noMail, noRecipients, noSpace, tooLarge } from '../replies.ts';
import { type Reply, reply } from '../reply.ts';
import type { ReverseResult } from '../reverse-name.ts';
import type { Session, Transaction } from '../session.ts';
import { SubmittedBody } from '../submitted-body.ts';
import { maxMessageSize, type Tools } from '../tools.ts';

export class IncomingMail {
  readonly id = uuidv7();
  /** Where the payload goes. */
  readonly body: IncomingBody | SubmittedBody;
  /** Bare CR and LF become CRLF. */
  readonly isNormalised: boolean;
  readonly #stored: IncomingBody;
  readonly #trace: FrontFields;
  readonly #tools: Tools;
  readonly #session: Session;
  readonly #transaction: Transaction;
  readonly #acceptedAt = new Date();

  constructor(tools: Tools, session: Session, transaction: Transaction) {
    this.#tools = tools;
    this.#session = session;
    this.#transaction = transaction;
    this.isNormalised = session.isTrusted || tools.current('limits').bareNewline === 'normalise';
    const arrival = { id: this.id, at: this.#acceptedAt, by: tools.current('general').heloName };
    this.#trace = traceFields(session, transaction, arrival, iprevToTell(tools, session));
    this.#stored = new IncomingBody({
      trace: this.#trace.bytes,
      maxSize: maxMessageSize(tools),
      memory: tools.memory,
      spoolDirectory: tools.spoolDirectory,
      disk: tools.disk,
    });
    const { recodeSubjectUtf8 } = tools.current('misc');
    this.body = session.login
      ? new SubmittedBody(
          this.#stored,
          tools.memory,
          submissionOf(session.login, transaction, arrival, recodeSubjectUtf8),
        )
      : this.#stored;
  }

  /** The payload is complete: the reply to it. */
  end(): Promise<Reply> {
    return traced('accept', { 'pochtar.mail': this.id }, () => this.#end());
  }

  async #end(): Promise<Reply> {
    const started = performance.now();
    try {
      if (this.body instanceof SubmittedBody) this.body.end();
      if (this.#stored.isTooLarge) return tooLarge;
      const answer = await this.#take(await this.#stored.complete());
      this.#tools.metrics.acceptDuration.record((performance.now() - started) / 1000);
      return answer;
    } catch (error) {
      this.#tools.log.error({ err: error, mail: this.id, session: this.#session.id }, 'a mail was not taken');
      return isOutOfRoom(error) ? noSpace : localTrouble;
    } finally {
      this.abort();
    }
  }

  /** The client is gone before the end. */
  abort(): void {
    if (this.body instanceof SubmittedBody) this.body.discard();
    this.#stored.discard();
  }

  /** Checks a complete mail, and takes the responsibility for it. */
  async #take(body: CompleteBody): Promise<Reply> {
    const front = this.#front();
    const rules = { isNormalised: this.isNormalised, senderAddresses: await this.#senderAddresses(), front };
    const refusal = checkContent(body.scan, rules);
    if (refusal) return refusal;
    const removed = removedRanges(fieldsInMail(body.scan), front.fields, await this.#ownNames());
    return removedRefusal(removed) ?? this.#accept(body, removed);
  }

  async #accept(body: CompleteBody, removed: number[] | null): Promise<Reply> {
    const { blobs, volume, acceptor, metrics } = this.#tools;
    // Ordering: the body is durable before a row names it, the row is committed before the client gets its 250.
    const blob = await volume.storing(storeBody(blobs, this.id, body));
    const mail = await newMail(this.#tools, {
      id: this.id,
      acceptedAt: this.#acceptedAt,
      session: this.#session,
      transaction: this.#transaction,
      content: {
        id: this.id,
        blob,
        sha256: body.sha256,
        description: describeContent(body.scan),
        removed,
      },
    });
    const outcome = await acceptor.accept(mail);
    if (outcome === 'refused') return cannotBeStored;
    if (outcome === 'noRoom') return noSpace;
    if (outcome === 'deferred') return localTrouble;
    metrics.accepted.add(1, { origin: mail.origin });
    metrics.acceptedBytes.add(body.size);
    return reply(250, '2.0.0', `queued as ${this.id}`);
  }

  async #senderAddresses(): Promise<ReadonlySet<string> | null> {
    const { login } = this.#session;
    return login && (await this.#tools.directory.senderAddresses(login.accountId));
  }

  async #ownNames(): Promise<(authservId: string) => boolean> {
    const { directory, current } = this.#tools;
    return claimsOurs(current('general').heloName, await directory.domains());
  }

  /** What stands in front of the client's fields: the trace, and what was added to the header of a login. */
  #front(): { fields: number; bytes: number } {
    const { fields, bytes } = this.#trace;
    if (!(this.body instanceof SubmittedBody)) return { fields, bytes: bytes.length };
    const { addedFields, addedBytes } = this.body;
    return { fields: fields + addedFields, bytes: bytes.length + addedBytes };
  }
}

export function data(tools: Tools, session: Session): Reply | IncomingMail {
  const { transaction } = session;
  if (!transaction) return noMail;
  if (transaction.recipients.size === 0) return noRecipients;
  if (tools.disk.isLow) return noSpace;
  return new IncomingMail(tools, session, transaction);
}

/** RFC 8601 §2.7.3. Where the origin is checked later, all results stand in one field then. */
function iprevToTell(tools: Tools, session: Session): ReverseResult | null {
  const isToldLater = currentSlip(tools, 'incoming').includes('dkim');
  return isToldLater ? null : tools.reverseNames.resultOf(session);
}
