// Who is logged in. When the session ends while a page is open, requests wait here until somebody has logged in again.
import type { Answers } from '../../../src/contract/index.ts';
import { Store, useStore } from './store.ts';

export type Who = Answers<'GET /session'>;

class Session {
  readonly who = new Store<Who | null>(null);
  /** The dialog is over the page. */
  readonly isOver = new Store(false);
  #renewed: PromiseWithResolvers<void> | undefined;

  isKnown(): boolean {
    return this.who.get() !== null;
  }

  /** Waits for the dialog; several requests wait for the same one. */
  async renew(): Promise<void> {
    this.#renewed ??= Promise.withResolvers<void>();
    this.isOver.set(true);
    await this.#renewed.promise;
  }

  begin(who: Who): void {
    const before = this.who.get();
    // Somebody else: nothing of what the page shows is theirs.
    if (before !== null && before.login !== who.login) globalThis.location.reload();
    this.who.set(who);
    this.isOver.set(false);
    this.#renewed?.resolve();
    this.#renewed = undefined;
  }

  end(): void {
    this.who.set(null);
  }
}

export const session = new Session();

/** Pages stand behind the log-in: there is somebody. */
export function useWho(): Who {
  const who = useStore(session.who);
  if (who === null) throw new Error('a page without a session');
  return who;
}
