// The DNS for one mail: every question once, a bounded number of them, and a bounded time for all. A stranger chooses the
// names, and so the servers that are asked; theirs may be slow, broken or silent.
import { DnsFailure, type RecordType, type Resolver } from '@pochtar/runtime';

/** RFC 7208 §4.6.4: the time for a whole evaluation is bounded, and no shorter than this. */
const MAX_MS = 20_000;
/** Ten terms of SPF and the hosts they lead to, keys of ten signatures, a chain of seals, the walk up to a policy. */
const MAX_QUESTIONS = 200;
/** RFC 7208 §4.6.4: of the hosts of an MX and of reverse names no more than ten count. */
const MAX_RECORDS = 20;
/** No key, policy or sender list is longer. */
const MAX_TEXT = 16 * 1024;

const TYPES: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME', 'MX', 'PTR', 'TXT']);

export type DnsAnswer = { records: unknown[] } | { code: string; message: string };

export interface Question {
  name: string;
  type: string;
}

export class MailDns {
  /** An answer did not come: who asks later may know more. */
  hasFailed = false;
  readonly #resolver: Pick<Resolver, 'records'>;
  readonly #answers = new Map<string, Promise<DnsAnswer>>();
  readonly #deadline: number;

  constructor(resolver: Pick<Resolver, 'records'>, maxMs = MAX_MS) {
    this.#resolver = resolver;
    this.#deadline = performance.now() + maxMs;
  }

  ask(name: string, type: string): Promise<DnsAnswer> {
    const question = questionKey(name, type);
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    const answer =
      this.#answers.size < MAX_QUESTIONS && TYPES.has(type)
        ? this.#look(name.toLowerCase(), type as RecordType)
        : Promise.resolve({ code: 'EREFUSED', message: 'too many questions for one mail' });
    this.#answers.set(question, answer);
    return answer;
  }

  /** The answers that come within `ms`; the other questions stay asked. */
  async known<Q extends Question>(
    questions: readonly Q[],
    ms: number,
  ): Promise<(Q & { answer: DnsAnswer })[]> {
    const answers: (Q & { answer: DnsAnswer })[] = [];
    const asked = questions.map(async (question) => {
      answers.push({ ...question, answer: await this.ask(question.name, question.type) });
    });
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    await Promise.race([Promise.all(asked), late.promise]);
    clearTimeout(timer);
    return [...answers];
  }

  async #look(name: string, type: RecordType): Promise<DnsAnswer> {
    const late = Promise.withResolvers<DnsAnswer>();
    const tooLate: DnsAnswer = { code: 'ETIMEOUT', message: `no answer in time for ${type} ${name}` };
    const leftMs = Math.max(0, this.#deadline - performance.now());
    const timer = setTimeout(() => late.resolve(tooLate), leftMs);
    try {
      const answer = await Promise.race([this.#ask(name, type), late.promise]);
      this.hasFailed ||= 'code' in answer && !ABSENT.has(answer.code);
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(name: string, type: RecordType): Promise<DnsAnswer> {
    try {
      const records = (await this.#resolver.records(name, type)).slice(0, MAX_RECORDS);
      return { records: records.filter((record) => sizeOf(record) <= MAX_TEXT) };
    } catch (error) {
      const cause = error instanceof DnsFailure ? error.cause : error;
      return { code: (cause as NodeJS.ErrnoException).code ?? 'ETIMEOUT', message: (error as Error).message };
    }
  }
}

/** The same for questions that have the same answer. */
export function questionKey(name: string, type: string): string {
  return `${type} ${name.toLowerCase()}`;
}

// RFC 7208 §4.6.4: neither is a failure; both are void look-ups.
const ABSENT = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

function sizeOf(record: unknown): number {
  return Array.isArray(record) ? record.reduce<number>((sum, text) => sum + String(text).length, 0) : 0;
}
