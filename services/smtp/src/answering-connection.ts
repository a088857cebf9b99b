// The replies of a connection: the only place where one is written, the library's own ones included. Refused commands are
// counted here, as the library's refusals count too.
/* oxlint-disable no-underscore-dangle -- the library's inner names */
import type { Socket } from 'node:net';
import type { SMTPServerError } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection';
import type { SessionLimits } from './protocol.ts';
import { inOurWords } from './refused-commands.ts';
import { tooManyErrors } from './replies.ts';
import { ReplyGatherer } from './reply-gatherer.ts';
import type { Reply } from './reply.ts';
import type { Session } from './session.ts';

export class AnsweringConnection extends SMTPConnection {
  readonly state: Session;
  protected readonly limits: SessionLimits;
  /** Refused commands since the last mail. */
  protected errors = 0;
  /** The reply that the library is writing for us. */
  #passed: Reply | null = null;
  readonly #replies = new ReplyGatherer();

  constructor(
    server: SMTPConnection['_server'],
    socket: Socket,
    options: SMTPConnectionOptions,
    { session, limits }: { session: Session; limits: SessionLimits },
  ) {
    super(server, socket, options);
    this.state = session;
    this.limits = limits;
  }

  protected say(answer: Reply): void {
    const { code, enhanced, text } = answer;
    this.send(code, enhanced === null ? text : `${enhanced} ${text}`, false);
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    const ours = inOurWords(data);
    if (ours) return this.say(ours);
    if (!this._upgrading) this.#replies.gather(this._socket);
    super.send(code, data, context);
    if (code < 500 || this._closing) return;
    this.errors++;
    // RFC 5321 §4.2.5 leaves ending a session to local policy: a guesser of addresses or passwords gets no more tries.
    if (this.errors >= this.allowance(this.limits.errors)) this.say(tooManyErrors);
  }

  /** What was gathered is out before anything else happens to the socket. */
  protected flushReplies(): void {
    this.#replies.flush(this._socket);
  }

  /** Hands the answer to AUTH to the library, which writes it and goes on. */
  finishAuth(
    answer: Reply,
    done: (error: SMTPServerError | null, response?: { user: unknown }) => void,
  ): void {
    this.#passed = answer;
    if (answer.code === 235) done(null, { user: this.state.login });
    else done(Object.assign(new Error(answer.text), { responseCode: answer.code }));
    this.#passed = null;
  }

  // The library knows one enhanced code a reply code.
  override _getEnhancedStatusCode(code: number, context?: string | false): string {
    return this.#passed?.enhanced ?? super._getEnhancedStatusCode(code, context);
  }

  /** A trusted client may make more errors than a stranger. */
  protected allowance(limit: number): number {
    return this.state.isTrusted ? limit * this.limits.trustedFactor : limit;
  }
}
