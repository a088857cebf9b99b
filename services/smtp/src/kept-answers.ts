// Answers of the directory, kept for seconds and forgotten when it changes. A failure is nobody's answer but the
// asker's.
const KEEP_MS = 5000;
const MAX_KEPT = 10_000;

export class KeptAnswers<Key, Answer> {
  readonly #ask: (key: Key) => Promise<Answer>;
  readonly #kept = new Map<Key, { until: number; answer: Promise<Answer> }>();

  constructor(ask: (key: Key) => Promise<Answer>) {
    this.#ask = ask;
  }

  of(key: Key): Promise<Answer> {
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > Date.now()) return known.answer;
    const answer = this.#ask(key);
    const entry = { until: Date.now() + KEEP_MS, answer };
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
