// Whether who asks may still what he says that he may: what a front end remembers of a session or of a token is never
// more than what the row says now.
import type { Queryable } from '../db.ts';
import { type Scope, scopeIds } from './scope.ts';

export interface Claim {
  role: string;
  scope: Scope;
  /** Of an administrator. */
  login?: string | undefined;
  /** Of a user. */
  account?: string | undefined;
}

/** A program that names nobody asks for itself: the bus knows it. */
export async function isStanding(db: Queryable, { role, scope, login, account }: Claim): Promise<boolean> {
  if (role === 'user') {
    const rows = await db.query({
      name: 'directory.standing_user',
      text: 'select from directory.account where address = $1 and enabled',
      values: [account ?? null],
    });
    return rows.length > 0 && scope !== 'all' && scope.length === 0;
  }
  if (login === undefined) return true;
  const rows = await db.query({
    name: 'directory.standing',
    text: `select from directory.administrator where login = $1 and enabled and (role = 'admin' or role = $2)
      and (domain_ids is null or domain_ids @> $3::bigint[])`,
    values: [login, role, scopeIds(scope)],
  });
  return rows.length > 0;
}
