// Pages of lists, as they are asked for.
import type { PageOptions, Scope } from '@pochtar/store/directory';
import { readDomain } from './addresses.ts';
import type { Refusal } from './context.ts';

interface PageRequest {
  domain?: string | undefined;
  search?: string | undefined;
  after?: string | undefined;
  limit: number;
}

export function readPage(request: PageRequest, scope: Scope): { ok: true; page: PageOptions } | Refusal {
  const { domain, ...rest } = request;
  if (domain === undefined) return { ok: true, page: { ...rest, scope } };
  const read = readDomain('domain', domain);
  return read.ok ? { ok: true, page: { ...rest, domain: read.key, scope } } : read;
}

/** Where the next page starts, or null after the last one. */
export function nextOf(rows: readonly { address: string }[], limit: number): string | null {
  return rows.length < limit ? null : (rows.at(-1)?.address ?? null);
}
