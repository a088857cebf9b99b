// Mails whose bodies could not be read: how long each waits for its volume. No attempt counts meanwhile.
const FIRST_SECONDS = 15;
const LAST_SECONDS = 300;
const MAX_KNOWN = 10_000;

export class Unreadable {
  readonly #failures = new Map<string, number>();

  /** Seconds until the body is looked for again: growing from a quarter of a minute to five minutes. */
  note(mail: string): number {
    const failures = this.#failures.get(mail) ?? 0;
    this.#failures.delete(mail);
    this.#failures.set(mail, failures + 1);
    if (this.#failures.size > MAX_KNOWN) {
      const [oldest] = this.#failures.keys();
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
    return Math.min(FIRST_SECONDS * 2 ** failures, LAST_SECONDS);
  }

  forget(mail: string): void {
    this.#failures.delete(mail);
  }
}
