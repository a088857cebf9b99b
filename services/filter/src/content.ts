// Consumes the step of a content filter (architecture §5.6): judge the mail, insert the verdict and move the
// mail on in one transaction, publish the next step, and only then acknowledge.
//
// Every event may come twice. A mail that is not active at this step is left alone; a verdict that is there
// already stands.
//
// Mails of one event are loaded by one statement. A verdict waits a moment for those of the mails that are being judged
// beside it, so that they share a statement, a commit and the next event, and stay together from filter to filter
// (ADR 37); one that is alone waits for nothing. Meanwhile the next mails are judged.
import { metrics } from '@opentelemetry/api';
import { type Bus, consumeStep, mailHeld, nextStep, type StepHandler } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import { isTransient } from '@pochtar/service';
import { BlobMissing } from '@pochtar/store/blob';
import { auditorCopyId, cameToAnEnd, holdMail, type MailToJudge, takeAlone } from '@pochtar/store/queue';
import { isExpired, parkSeconds } from './back-off.ts';
import type { BodiesAhead } from './bodies-ahead.ts';
import type { ContentFilterName, ContentJudge, ContentTools, JudgedMail, Verdict, Wait } from './filter.ts';
import { Recovery } from './recovery.ts';
import { copiesOf, type Settlement, SharedStatements } from './shared-statements.ts';

const MAX_REASON = 1000;

/** Something the filter itself threw; the cause says what. */
class JudgementFailed extends Error {
  override name = 'JudgementFailed';
}

export function consumeMails(
  bus: Bus,
  name: ContentFilterName,
  judge: ContentJudge,
  tools: ContentTools,
  bodies: BodiesAhead,
): AsyncDisposable {
  const step = new FilterStep(bus, name, { judge, tools, bodies });
  const consuming = consumeStep(bus, name, step, { concurrency: judge.concurrency });
  return {
    async [Symbol.asyncDispose]() {
      await consuming[Symbol.asyncDispose]();
      await step[Symbol.asyncDispose]();
      await judge[Symbol.asyncDispose]?.();
    },
  };
}

interface Judging {
  judge: ContentJudge;
  tools: ContentTools;
  /** What the judge reads by. */
  bodies: BodiesAhead;
}

class FilterStep implements StepHandler, AsyncDisposable {
  readonly #bus: Bus;
  readonly #name: ContentFilterName;
  readonly #judge: ContentJudge;
  readonly #tools: ContentTools;
  readonly #bodies: BodiesAhead;
  readonly #log: Logger;
  readonly #recovery: Recovery | null;
  readonly #statements: SharedStatements;
  readonly #verdicts = metrics.getMeter('filter').createCounter('filter.verdicts', {
    description: 'verdicts of the content filters by result',
  });
  readonly #seconds = metrics.getMeter('filter').createHistogram('filter.duration', {
    description: 'time a content filter took for a mail',
    unit: 's',
  });
  #judging = 0;

  constructor(bus: Bus, name: ContentFilterName, { judge, tools, bodies }: Judging) {
    this.#bus = bus;
    this.#name = name;
    this.#judge = judge;
    this.#tools = tools;
    this.#bodies = bodies;
    this.#log = tools.log;
    const isWell = judge.isWell?.bind(judge);
    this.#recovery = isWell === undefined ? null : new Recovery({ bus, step: name, isWell, tools });
    this.#statements = new SharedStatements(tools.db, name, {
      isMoreComing: () => this.#judging > 0,
      onLoaded: (mails) => this.#readAhead(mails),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#recovery?.[Symbol.asyncDispose]();
  }

  expect(mails: readonly string[]): void {
    this.#statements.expect(mails);
  }

  async handle(id: string, makeRoom: () => void): Promise<void> {
    const mail = await this.#statements.load(id);
    // Gone: delivered or deleted. Parked or held: whoever wakes it makes it active and publishes again.
    if (mail === null || mail.state !== 'active') return;
    const next = nextStep(mail.slip, this.#name);
    if (mail.step !== this.#name) {
      // The commit happened and the publish may not have: repeat it, whoever consumes it knows the mail's state.
      if (mail.isJudged && mail.step === next) await this.#bus.publishStep(next, id);
      return;
    }
    // Read before the mail is judged: a verdict never claims to know a newer setting than it does.
    const settingsRevision = this.#tools.revision();
    const outcome = mail.isJudged ? null : await this.#judgeMail(mail);
    makeRoom();
    const verdict = outcome?.kind === 'wait' ? this.#expired(mail, outcome.reason) : outcome;
    if (outcome?.kind === 'wait' && verdict === null) return this.#wait(mail, outcome.reason);
    await this.#move({ mail: id, next, generation: mail.generation, settingsRevision, verdict });
  }

  takeAlone(id: string): Promise<number> {
    return takeAlone(this.#tools.db, id);
  }

  cameToAnEnd(id: string): Promise<void> {
    return cameToAnEnd(this.#tools.db, id);
  }

  async poison(id: string, reason: string): Promise<void> {
    const text = `filter ${this.#name}: ${reason}`;
    if (!(await holdMail(this.#tools.db, this.#name, id, 'poison', text))) return;
    this.#log.error({ mail: id, reason }, 'the mail is held');
    // A hint for alerts; the row says it too.
    await this.#bus
      .publish(mailHeld, { mail: id, reason: text.slice(0, MAX_REASON) })
      .catch((error: unknown) =>
        this.#log.warn({ err: error, mail: id }, 'the event of a held mail was not published'),
      );
  }

  /** A filter that is stopping leaves what it has in hand to another process. */
  isTransient(error: unknown): boolean {
    return this.#tools.stop.aborted || isTransient(error instanceof JudgementFailed ? error.cause : error);
  }

  #readAhead(mails: Iterable<MailToJudge>): void {
    const judged = [...mails].filter(({ step, state }) => step === this.#name && state === 'active');
    this.#bodies.expect(judged.flatMap(({ content }) => content?.blob ?? []));
  }

  async #judgeMail(mail: MailToJudge): Promise<Verdict | Wait> {
    const started = performance.now();
    this.#judging++;
    try {
      if (mail.content === null) throw new Error('its content row is missing');
      return await this.#judge.judge(mail as JudgedMail);
    } catch (error) {
      // A disk that is not mounted looks like this: the mail waits for it, instead of for a person.
      if (error instanceof BlobMissing)
        return { kind: 'wait', reason: `its body cannot be read: ${error.message}` };
      throw new JudgementFailed(error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      this.#judging--;
      if (mail.content !== null) this.#bodies.forget(mail.content.blob);
      this.#seconds.record((performance.now() - started) / 1000, { filter: this.#name });
    }
  }

  /** A mail that has waited for the whole lifetime of the queue waits no longer. */
  #expired(mail: MailToJudge, reason: string): Verdict | null {
    const { maxLifetimeMinutes } = this.#tools.current('queue');
    const isOver = isExpired(mail.acceptedAt, maxLifetimeMinutes, Date.now());
    return isOver ? this.#judge.expire(reason) : null;
  }

  async #wait(mail: MailToJudge, reason: string): Promise<void> {
    const seconds = parkSeconds(mail.attempts);
    // The event is acknowledged after this: from now on the row alone knows that the mail is due again.
    await this.#statements.park({ mail: mail.id, seconds, reason: `filter ${this.#name}: ${reason}` });
    this.#recovery?.watch();
    this.#verdicts.add(1, { filter: this.#name, result: 'wait' });
    this.#log.warn({ mail: mail.id, seconds, reason }, 'the mail waits');
  }

  async #move(settlement: Settlement): Promise<void> {
    const { mail, next, verdict } = settlement;
    const isMoved = await this.#statements.settle(settlement);
    // Somebody else was faster, or a person has taken the mail aside: then the next step is not ours to announce.
    if (!isMoved) return;
    if (verdict !== null) this.#report(mail, verdict);
    // Committed before it is announced; the event is acknowledged after both.
    for (const copy of copiesOf(settlement)) await this.#bus.publishStep('deliver', auditorCopyId(copy));
    await this.#bus.publishStep(next, mail);
  }

  #report(mail: string, verdict: Verdict): void {
    this.#verdicts.add(1, { filter: this.#name, result: verdict.result });
    const { result, reason } = verdict;
    const isPlain = result === 'accept' && !verdict.replacement;
    this.#log[isPlain ? 'debug' : 'info']({ mail, result, reason }, 'verdict');
  }
}
