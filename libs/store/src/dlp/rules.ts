// The rules of data loss prevention as rows. Their definitions are checked by the caller.
import type { Database, Queryable } from '../db.ts';

export const MAX_RULES = 200;

export interface StoredRule {
  id: number;
  name: string;
  isOn: boolean;
  position: number;
  definition: unknown;
  author: string;
  changedAt: Date;
}

/** The name as it is compared. */
export function dlpKey(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

/** The next revision, with the lock of all writers. */
export async function nextDlpRevision(tx: Queryable): Promise<void> {
  await tx.query({ text: 'update dlp.state set revision = revision + 1' });
}

/** In the order in which they are looked at. */
export function listRules(db: Queryable): Promise<StoredRule[]> {
  return db.query<StoredRule>({
    name: 'dlp.rules',
    text: `select id, name, is_on as "isOn", position, definition, author, changed_at as "changedAt"
      from dlp.rule order by position, id`,
  });
}

export type RuleSaved = 'saved' | 'full' | 'missing' | 'exists';

/** Adds a rule, or changes the one named `former`. */
export function saveRule(
  db: Database,
  rule: Pick<StoredRule, 'name' | 'isOn' | 'position' | 'definition' | 'author'>,
  former: string | null,
): Promise<RuleSaved> {
  return db.transaction(async (tx): Promise<RuleSaved> => {
    await nextDlpRevision(tx);
    const rules = await listRules(tx);
    const known = former === null ? null : rules.find(({ name }) => dlpKey(name) === dlpKey(former));
    if (known === undefined) return 'missing';
    const isTaken = rules.some(({ id, name }) => id !== known?.id && dlpKey(name) === dlpKey(rule.name));
    if (isTaken) return 'exists';
    if (known === null && rules.length >= MAX_RULES) return 'full';
    await tx.query({
      text:
        known === null
          ? `insert into dlp.rule (name, key, is_on, position, definition, author) values ($1, $2, $3, $4, $5, $6)`
          : `update dlp.rule set name = $1, key = $2, is_on = $3, position = $4, definition = $5, author = $6,
              changed_at = now() where id = $7`,
      values: [
        ...[rule.name.trim(), dlpKey(rule.name), rule.isOn, rule.position, JSON.stringify(rule.definition)],
        ...[rule.author, ...(known === null ? [] : [known.id])],
      ],
    });
    return 'saved';
  });
}

/** Whether it was there. */
export function removeRule(db: Database, name: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    await nextDlpRevision(tx);
    const gone = await tx.query({
      text: 'delete from dlp.rule where key = $1 returning id',
      values: [dlpKey(name)],
    });
    return gone.length > 0;
  });
}

export interface DlpState {
  revision: number;
  /** Which of the domains are of this server. */
  own: string[];
}

/** Asked for every mail: a rule that is saved counts for the next one. */
export async function dlpState(db: Queryable, domains: readonly string[]): Promise<DlpState> {
  const [row] = await db.query<DlpState>({
    name: 'dlp.state',
    text: `select s.revision, array(select name from directory.domain where name = any($1::text[])) as own
      from dlp.state s`,
    values: [domains],
  });
  return row ?? { revision: 0, own: [] };
}
