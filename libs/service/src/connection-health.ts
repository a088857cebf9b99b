// What a process stands on, told in its health: the bus and the database. Looked at once a second and every few seconds;
// nobody's work waits for it.
import type { Bus } from '@pochtar/bus';
import type { Health } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';

const EVERY_MS = 1000;
const DATABASE_EVERY_MS = 5000;
/** A database that takes longer for nothing serves nobody. */
const ANSWER_MS = 10_000;

interface Watched {
  health: Health;
  bus: Pick<Bus, 'trouble'>;
  db: Queryable;
}

/** Reports the parts `bus` and `database` until it is disposed. */
export function watchConnections({ health, bus, db }: Watched): Disposable {
  const report = (): void => health.report('bus', bus.trouble);
  report();
  const busTimer = setInterval(report, EVERY_MS).unref();
  let asked = false;
  const databaseTimer = setInterval(() => {
    if (asked) return;
    asked = true;
    void databaseTrouble(db)
      .then((trouble) => health.report('database', trouble))
      .finally(() => {
        asked = false;
      });
  }, DATABASE_EVERY_MS).unref();
  return {
    [Symbol.dispose]() {
      clearInterval(busTimer);
      clearInterval(databaseTimer);
    },
  };
}

async function databaseTrouble(db: Queryable): Promise<string | null> {
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve(`the database has not answered for ${ANSWER_MS / 1000} s`), ANSWER_MS).unref();
  });
  const answer = db.query({ text: 'select 1' }).then(
    () => null,
    (error: unknown) => `the database is away: ${error instanceof Error ? error.message : String(error)}`,
  );
  return Promise.race([answer, late]);
}
