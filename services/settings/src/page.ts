// Pages of lists, as they are asked for.
import { pageOf } from '@pochtar/bus';
import { findDomain, type PageOptions, type Scope } from '@pochtar/store/directory';
import { notFound, readDomain } from './addresses.ts';
import type { Context, Refusal } from './context.ts';

interface PageRequest {
  domain?: string | undefined;
  search?: string | undefined;
  after?: string | undefined;
  limit: number;
}

/** A domain that is outside of the scope does not exist. */
export async function readPage(
  { db }: Context,
  request: PageRequest,
  scope: Scope,
): Promise<{ ok: true; page: PageOptions } | Refusal> {
  const { domain, ...rest } = request;
  if (domain === undefined) return { ok: true, page: { ...rest, scope } };
  const read = readDomain('domain', domain);
  if (!read.ok) return read;
  if ((await findDomain(db, scope, read.key)) === null) return notFound('domain', read.key);
  return { ok: true, page: { ...rest, domain: read.key, scope } };
}

/** As many as fit into one answer, and where the next page starts, or null after the last one. */
export function endOf<Row extends { address: string }>(
  rows: readonly Row[],
  limit: number,
): { rows: Row[]; next: string | null } {
  return pageOf(rows, ({ address }) => address, limit);
}
