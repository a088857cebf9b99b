// Failed log-ins as they are administered: who is shut out, and since how many failures.
import type { Queryable } from '../db.ts';
import { containing } from '../directory/scope.ts';
import type { LoginLimits } from './login-failures.ts';

export interface Ban {
  kind: 'address' | 'account';
  subject: string;
  failures: number;
  until: Date;
  isClosed: boolean;
}

export interface BanPage {
  /** Those too that are not closed yet. */
  all: boolean;
  text?: string | undefined;
  limit: number;
  after: number;
}

/** The latest first. */
export function listBans(db: Queryable, limits: LoginLimits, page: BanPage): Promise<Ban[]> {
  return db.query<Ban>({
    name: 'bans_list',
    text: `select * from (
        select split_part(subject, ' ', 1) as kind, substr(subject, strpos(subject, ' ') + 1) as subject, failures, until,
          failures >= case when subject like 'account %' then $2::int else $1::int end as "isClosed"
        from lists.login_failure where until > now()) counted
      where ($3 or "isClosed") and ($4::text is null or subject ilike $4)
      order by until desc, subject limit $5 offset $6`,
    values: [
      ...[limits.perClient, limits.perAccount, page.all, containing(page.text)],
      ...[page.limit, page.after],
    ],
  });
}

/** Forgets the failures of these; answers whose there were. */
export async function liftBans(db: Queryable, subjects: readonly string[]): Promise<string[]> {
  const gone = await db.query<{ subject: string }>({
    name: 'bans_lift',
    text: 'delete from lists.login_failure where subject = any($1::text[]) returning subject',
    values: [subjects.flatMap((subject) => [`address ${subject}`, `account ${subject}`])],
  });
  return gone.map(({ subject }) => subject.slice(subject.indexOf(' ') + 1)).toSorted();
}
