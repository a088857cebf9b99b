// What an administrator may see and change: all domains or some. A parameter of every read and write here;
// what lies outside the scope does not exist.

export type Scope = 'all' | readonly number[];

/** The value for `($n::bigint[] is null or domain_id = any($n))`. */
export function scopeIds(scope: Scope): number[] | null {
  return scope === 'all' ? null : [...scope];
}

export interface PageOptions {
  scope: Scope;
  domain?: string | undefined;
  /** Part of an address or a name. */
  search?: string | undefined;
  /** The last address of the page before. */
  after?: string | undefined;
  limit: number;
}

/** A `like` pattern that finds `text` anywhere. */
export function containing(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
