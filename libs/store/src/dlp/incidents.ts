// What data loss prevention found in mail: who sent it to whom, which rule, and what was found, masked.
import type { Queryable } from '../db.ts';
import { type Scope, scopeIds } from '../directory/scope.ts';

const KEPT_DAYS = 90;
const MAX_INCIDENTS = 100_000;

export interface Found {
  /** The condition it is a find of: `bankCard`, `words`, `document NAME`. */
  what: string;
  count: number;
  /** Masked. */
  excerpts: string[];
}

export interface NewIncident {
  mail: string;
  generation: number;
  /** '' is what nobody could look at. */
  rule: string;
  action: string;
  sender: string;
  recipients: string[];
  domains: string[];
  found: Found[];
}

export interface Incident extends NewIncident {
  id: number;
  at: Date;
}

/** The same one twice is one. */
export async function noteIncidents(db: Queryable, incidents: readonly NewIncident[]): Promise<void> {
  if (incidents.length === 0) return;
  const rows = incidents.map(({ mail: mail_id, ...incident }) => ({ mail_id, ...incident }));
  await db.query({
    name: 'dlp.note_incidents',
    text: `insert into dlp.incident (mail_id, generation, rule, action, sender, recipients, domains, found)
      select mail_id, generation, rule, action, sender, recipients, domains, found
      from json_to_recordset($1::json) as i(mail_id uuid, generation int, rule text, action text, sender text,
        recipients text[], domains text[], found jsonb)
      on conflict do nothing`,
    values: [JSON.stringify(rows)],
  });
}

export interface IncidentPage {
  after?: number | undefined;
  limit: number;
  rule?: string | undefined;
  /** Part of the sender's or of a recipient's address. */
  search?: string | undefined;
  since?: Date | undefined;
}

/** Newest first, those below `after`; in scope is one whose sender or a recipient is of one of the domains. */
export function listIncidents(db: Queryable, scope: Scope, page: IncidentPage): Promise<Incident[]> {
  return db.query<Incident>({
    text: `select i.id, i.at, i.mail_id as mail, i.generation, i.rule, i.action, i.sender, i.recipients, i.domains, i.found
      from dlp.incident i
      where ($1::bigint[] is null or i.domains && array(select d.name from directory.domain d where d.id = any($1)))
        and ($2::bigint is null or i.id < $2) and ($3::text is null or i.rule = $3)
        and ($4::text is null or position($4 in lower(i.sender || ' ' || array_to_string(i.recipients, ' '))) > 0)
        and ($5::timestamptz is null or i.at >= $5)
      order by i.id desc limit $6`,
    values: [
      ...[scopeIds(scope), page.after ?? null, page.rule ?? null],
      ...[page.search?.toLowerCase() || null, page.since ?? null, page.limit],
    ],
  });
}

/** Old ones, and the oldest of too many. */
export async function forgetIncidents(db: Queryable): Promise<void> {
  await db.query({
    text: `delete from dlp.incident where at < now() - make_interval(days => $1)
      or id <= (select id from dlp.incident order by id desc offset $2 limit 1)`,
    values: [KEPT_DAYS, MAX_INCIDENTS],
  });
}
