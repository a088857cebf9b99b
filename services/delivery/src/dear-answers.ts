// Answers that cost a pass over the whole queue. One stands for ten times as long as it took to make, so that pages which
// ask again and again take a tenth of the database at most; of a small queue, where it takes a millisecond, nobody notices.
const TIMES = 10;
const MAX_KEPT = 100;

interface Kept<Answer> {
  answer: Promise<Answer>;
  /** Infinity while it is being made: who asks meanwhile waits for the same. */
  until: number;
}

export class DearAnswers<Answer> {
  readonly #kept = new Map<string, Kept<Answer>>();
  readonly #now: () => number;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** What was answered is no longer so. */
  forget(): void {
    this.#kept.clear();
  }

  of(question: string, make: () => Promise<Answer>): Promise<Answer> {
    const began = this.#now();
    const known = this.#kept.get(question);
    if (known !== undefined && known.until > began) return known.answer;
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const kept: Kept<Answer> = { answer: make(), until: Infinity };
    this.#kept.set(question, kept);
    kept.answer.then(
      () => {
        const now = this.#now();
        kept.until = now + TIMES * (now - began);
      },
      // Nobody waits for a second answer of the same failure.
      () => this.#kept.delete(question),
    );
    return kept.answer;
  }
}
