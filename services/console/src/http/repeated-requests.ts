// Requests that make something and carry an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the same key with
// the same request is answered as the first was, and nothing is done twice, whichever replica hears it and whatever was
// restarted between.
//
// What is kept can be read by nobody but who sends the key again: its name is a keyed hash, and the answer is sealed with a
// key made of the master key and of the Idempotency-Key itself. So the value of a token, which is shown once, is shown
// again to the program that lost the answer to its own question, and stands nowhere in clear.
import { createHmac, hkdfSync } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@pochtar/runtime';
import {
  beginAnswer,
  deleteOldAnswers,
  endUnknown,
  forgetAnswer,
  keepAnswer,
  type KeptQuestion,
} from '@pochtar/store/console';
import type { Database } from '@pochtar/store/db';
import { type MasterKey, openSecret, sealSecret } from '@pochtar/store/settings';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';

/** Longer than any question is waited for: what is not ended by then was cut off. */
const DUE_SECONDS = 60;
const LOOK_EVERY_MS = 100;
const WAIT_MS = 20_000;
/** Requests that wait for another one with the same key. */
const MAX_WAITING = 50;
const CLEAN_EVERY_MS = 3_600_000;

export interface Outcome {
  status: number;
  /** The answer, or the body of a problem. */
  body: unknown;
  /** Set on problems: whether it is certain that nothing was done, or nobody knows. */
  certainty?: 'undone' | 'unknown';
}

/** Who asks what: the same again is all of it. */
export interface Asked {
  author: string;
  key: string;
  request: unknown;
}

export class RepeatedRequests implements Disposable {
  readonly #db: Database;
  readonly #names: Buffer;
  readonly #answers: MasterKey;
  readonly #cleaning: NodeJS.Timeout;
  #waiting = 0;

  constructor({ db, key, log }: { db: Database; key: MasterKey; log: Logger }) {
    this.#db = db;
    this.#names = derived(key, 'names of kept answers');
    this.#answers = derived(key, 'kept answers');
    this.#cleaning = setInterval(() => {
      deleteOldAnswers(db).catch((error: unknown) =>
        log.warn({ err: error }, 'old answers were not removed'),
      );
    }, CLEAN_EVERY_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#cleaning);
  }

  /** Does `work` unless it was done for the same key, and answers what came of it. Throws a `Problem` about the key. */
  async once(asked: Asked, work: () => Promise<Outcome>): Promise<Outcome & { isRepeated: boolean }> {
    const question = this.#questionOf(asked);
    const known = await this.#begin(question);
    if (known !== null) return { ...this.#open(asked, known), isRepeated: true };
    let outcome: Outcome;
    try {
      outcome = await work();
    } catch (error) {
      await endUnknown(this.#db, question);
      throw error;
    }
    if (outcome.certainty === 'undone') await forgetAnswer(this.#db, question);
    else if (outcome.certainty === 'unknown') await endUnknown(this.#db, question);
    else await keepAnswer(this.#db, question, this.#seal(asked, outcome));
    return { ...outcome, isRepeated: false };
  }

  /** Null when it is now ours to do; otherwise the answer of whoever did it. */
  async #begin(question: KeptQuestion): Promise<Buffer | null> {
    const until = Date.now() + WAIT_MS;
    for (;;) {
      const begun = await beginAnswer(this.#db, question, DUE_SECONDS);
      if (begun.state === 'begun') return null;
      if (begun.state === 'answered') return begun.answer;
      if (begun.state === 'other') throw otherRequest();
      if (begun.state === 'cutOff') throw unknownOutcome();
      if (this.#waiting >= MAX_WAITING || Date.now() > until) throw underWay();
      this.#waiting++;
      await delay(LOOK_EVERY_MS).finally(() => this.#waiting--);
    }
  }

  #questionOf({ author, key, request }: Asked): KeptQuestion {
    const hash = (...parts: string[]): Buffer =>
      createHmac('sha256', this.#names).update(JSON.stringify(parts)).digest();
    return { author, id: hash(author, key), request: hash(JSON.stringify(request)) };
  }

  #seal(asked: Asked, { status, body }: Outcome): Buffer {
    return sealSecret(this.#keyOf(asked), asked.author, JSON.stringify({ status, body }));
  }

  #open(asked: Asked, answer: Buffer): Outcome {
    return JSON.parse(openSecret(this.#keyOf(asked), asked.author, answer)) as Outcome;
  }

  #keyOf({ author, key }: Asked): MasterKey {
    return derived(this.#answers, JSON.stringify([author, key]));
  }
}

function derived(key: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `pochtar console ${use}`.slice(0, 1000), 32));
}

const NAME = 'idempotency-key';

/** The key of a request, bare or as a quoted string; undefined when there is none. Throws a `Problem`. */
export function keyOf({ headers }: FastifyRequest): string | undefined {
  const written = headers[NAME];
  if (written === undefined) return undefined;
  const key = /^(?:"([\x21\x23-\x5b\x5d-\x7e]{1,200})"|([\x21\x23-\x5b\x5d-\x7e]{1,200}))$/.exec(
    String(written).trim(),
  );
  const found = key?.[1] ?? key?.[2];
  if (found === undefined) throw wrongKey();
  return found;
}

function wrongKey(): Problem {
  return new Problem(400, 'invalidIdempotencyKey', {
    ru: 'Idempotency-Key: нужно от 1 до 200 печатных знаков ASCII без пробелов и кавычек, например UUID',
    en: 'Idempotency-Key: give 1 to 200 printable ASCII characters without blanks and quotes, such as a UUID',
  });
}

function otherRequest(): Problem {
  return new Problem(422, 'idempotencyKeyReused', {
    ru: 'с этим Idempotency-Key уже был другой запрос: для нового запроса возьмите новый ключ',
    en: 'this Idempotency-Key came with another request before: take a new key for a new request',
  });
}

function underWay(): Problem {
  const messages = {
    ru: 'запрос с этим Idempotency-Key ещё выполняется: повторите чуть позже с тем же ключом',
    en: 'the request with this Idempotency-Key is still under way: try again in a moment with the same key',
  };
  return new Problem(409, 'idempotencyKeyInUse', messages, { retryAfter: 5 });
}

function unknownOutcome(): Problem {
  return new Problem(409, 'outcomeUnknown', {
    ru: 'запрос с этим Idempotency-Key оборвался, и неизвестно, выполнен ли он: посмотрите, что есть, и возьмите новый ключ, если его надо повторить',
    en: 'the request with this Idempotency-Key was cut off, and nobody knows whether it was done: look what is there, and take a new key if it has to be repeated',
  });
}
