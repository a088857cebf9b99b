// The database as a mail that is tried sees it: Postgres itself refuses whatever would be written.
import type { Database, Queryable } from '@pochtar/store/db';

export function readOnly(db: Database): Database {
  const transaction: Database['transaction'] = (work) =>
    db.transaction(async (tx: Queryable) => {
      await tx.query({ text: 'set transaction read only' });
      return work(tx);
    });
  return {
    query: (statement) => transaction((tx) => tx.query(statement)),
    transaction,
    [Symbol.asyncDispose]: async () => {},
  };
}
