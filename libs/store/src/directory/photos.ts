// Photos of accounts: one JPEG each, apart from the account's row.
import type { Queryable } from '../db.ts';
import { type Scope, scopeIds } from './scope.ts';

export interface Photo {
  jpeg: Buffer;
  width: number;
  height: number;
}

/** null: there is none, or no such account. */
export async function findPhoto(db: Queryable, scope: Scope, address: string): Promise<Photo | null> {
  const rows = await db.query<Photo>({
    text: `select p.jpeg, p.width, p.height from directory.account_photo p
      join directory.account a on a.id = p.account_id
      where a.address = $2 and ($1::bigint[] is null or a.domain_id = any($1))`,
    values: [scopeIds(scope), address],
  });
  return rows[0] ?? null;
}

/** null takes it away. Whether there was such an account. */
export async function setPhoto(
  db: Queryable,
  scope: Scope,
  address: string,
  photo: Photo | null,
): Promise<boolean> {
  const account = `select id from directory.account
    where address = $2 and ($1::bigint[] is null or domain_id = any($1))`;
  const which = [scopeIds(scope), address];
  const rows = await db.query(
    photo === null
      ? {
          text: `with account as (${account}), gone as (
              delete from directory.account_photo using account where account_id = id)
            select id from account`,
          values: which,
        }
      : {
          text: `insert into directory.account_photo (account_id, jpeg, width, height)
            select id, $3, $4, $5 from (${account}) as account
            on conflict (account_id) do update
              set jpeg = excluded.jpeg, width = excluded.width, height = excluded.height, changed_at = now()
            returning account_id`,
          values: [...which, photo.jpeg, photo.width, photo.height],
        },
  );
  return rows.length > 0;
}
