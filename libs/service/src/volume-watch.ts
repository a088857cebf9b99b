// Whether bodies can be stored, as part of a process' health: the volume is tried every few seconds, and each body that
// was stored or could not be tells too. A process that answers 451 to every mail must not call itself ready.
import type { Health, Logger } from '@pochtar/runtime';
import type { BlobStore } from '@pochtar/store/blob';

export interface VolumeWatchOptions {
  blobs: Pick<BlobStore, 'check'>;
  health: Health;
  log: Logger;
  /** How often it is tried while it works, and while it does not. */
  everyMs?: number;
  faultyEveryMs?: number;
}

const EVERY_MS = 10_000;
const FAULTY_EVERY_MS = 2000;
/** A volume may take a small file and no pack: for so long a body's failure counts more than a try that succeeds. */
const FAILURE_COUNTS_MS = 15_000;
const SLOW_MS = 10_000;

export class VolumeWatch implements Disposable {
  readonly #options: VolumeWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #reason: string | null = null;
  #failedAt = Number.NEGATIVE_INFINITY;
  #isEnded = false;

  private constructor(options: VolumeWatchOptions) {
    this.#options = options;
  }

  /** Resolves when it has been tried once, or does not answer. */
  static async open(options: VolumeWatchOptions): Promise<VolumeWatch> {
    const watch = new VolumeWatch(options);
    const slow = new Promise<void>((resolve) => {
      setTimeout(resolve, SLOW_MS).unref();
    });
    await Promise.race([watch.#try(), slow]);
    return watch;
  }

  /** Passes on what comes of storing a body, and learns from it. */
  async storing<T>(work: Promise<T>): Promise<T> {
    try {
      const stored = await work;
      this.#report(null);
      return stored;
    } catch (error) {
      this.#failedAt = Date.now();
      this.#report(reasonOf(error));
      throw error;
    }
  }

  async #try(): Promise<void> {
    // A disk that hangs answers nothing: it is at fault before it has answered.
    const slow = setTimeout(() => this.#report('the volume does not answer'), SLOW_MS);
    try {
      await this.#options.blobs.check();
      if (Date.now() - this.#failedAt > FAILURE_COUNTS_MS) this.#report(null);
    } catch (error) {
      this.#report(reasonOf(error));
    } finally {
      clearTimeout(slow);
    }
    if (this.#isEnded) return;
    const { everyMs = EVERY_MS, faultyEveryMs = FAULTY_EVERY_MS } = this.#options;
    const pause = this.#reason === null ? everyMs : faultyEveryMs;
    this.#timer = setTimeout(() => void this.#try(), pause).unref();
  }

  #report(reason: string | null): void {
    if (this.#isEnded) return;
    const { health, log } = this.#options;
    health.report('volume', reason);
    if ((reason === null) === (this.#reason === null)) return;
    this.#reason = reason;
    if (reason === null) log.warn('the volume takes mail again');
    else log.error({ reason }, 'the volume takes no mail');
  }

  [Symbol.dispose](): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
