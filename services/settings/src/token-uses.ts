// Last uses of tokens, gathered: a token that is used a hundred times a second is written once in some seconds. What a
// killed process had not yet written is lost, which is the time of a last use and no more.
import type { Logger } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import { noteTokenUses, type TokenUse } from '@pochtar/store/directory';

const EVERY_MS = 5000;

export interface TokenUses extends AsyncDisposable {
  note(use: TokenUse): void;
}

export function gatherTokenUses({ db, log }: { db: Database; log: Logger }): TokenUses {
  let uses = new Map<number, TokenUse>();
  let writing = Promise.resolve();
  const write = async (): Promise<void> => {
    const gathered = [...uses.values()];
    uses = new Map();
    try {
      await noteTokenUses(db, gathered);
    } catch (error) {
      log.warn({ err: error }, 'the last uses of tokens could not be written');
    }
  };
  const timer = setInterval(() => {
    writing = writing.then(write);
  }, EVERY_MS);
  return {
    note: (use) => void uses.set(use.id, use),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writing;
      await write();
    },
  };
}
