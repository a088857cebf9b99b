// Answers that are kept for a while, and shared by those who ask meanwhile. A failure is nobody's answer but the asker's.
const KEEP_MS = 5000;
const MAX_KEPT = 10_000;

export class KeptAnswers<Key, Answer, More extends unknown[] = []> {
  readonly #ask: (key: Key, ...more: More) => Promise<Answer>;
  readonly #keepMs: number;
  readonly #kept = new Map<Key, { until: number; answer: Promise<Answer> }>();

  /** `more` goes with the question, and is not what the answer depends on. */
  constructor(ask: (key: Key, ...more: More) => Promise<Answer>, keepMs = KEEP_MS) {
    this.#ask = ask;
    this.#keepMs = keepMs;
  }

  of(key: Key, ...more: More): Promise<Answer> {
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > Date.now()) return known.answer;
    const answer = this.#ask(key, ...more);
    const entry = { until: Date.now() + this.#keepMs, answer };
    if (this.#kept.size >= MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value as Key);
    this.#kept.set(key, entry);
    answer.catch(() => {
      if (this.#kept.get(key) === entry) this.#kept.delete(key);
    });
    return answer;
  }

  forget(): void {
    this.#kept.clear();
  }
}
