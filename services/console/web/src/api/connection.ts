// Whether the server answers. While it does not, it is asked every five seconds.
import { Store } from './store.ts';

const retryMs = 5000;

class Connection {
  readonly isLost = new Store(false);
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #restored = new Set<() => void>();

  is(isThere: boolean): void {
    if (isThere === !this.isLost.get()) return;
    this.isLost.set(!isThere);
    clearInterval(this.#timer);
    if (isThere) for (const listener of this.#restored) listener();
    else this.#timer = setInterval(() => void this.#ask(), retryMs);
  }

  onRestored(listener: () => void): void {
    this.#restored.add(listener);
  }

  async #ask(): Promise<void> {
    const response = await fetch('/api/v1/session', { signal: AbortSignal.timeout(retryMs) }).catch(
      () => null,
    );
    if (response !== null) this.is(true);
  }
}

export const connection = new Connection();
