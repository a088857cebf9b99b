// What the last look at the DNS of a domain found. Written by the settings process.
import type { Queryable } from '../db.ts';

export interface StoredDomainDns {
  checkedAt: Date;
  addresses: string[];
  problems: number | null;
  findings: unknown;
}

export async function readDomainDns(db: Queryable, domainId: number): Promise<StoredDomainDns | null> {
  const [row] = await db.query<StoredDomainDns>({
    text: `select checked_at as "checkedAt", addresses, problems, findings
      from directory.domain_dns where domain_id = $1`,
    values: [domainId],
  });
  return row ?? null;
}

/** The domain may have gone meanwhile: then nothing is kept. */
export async function saveDomainDns(
  db: Queryable,
  domainId: number,
  { checkedAt, addresses, problems, findings }: StoredDomainDns,
): Promise<void> {
  await db.query({
    text: `insert into directory.domain_dns (domain_id, checked_at, addresses, problems, findings)
      select id, $2, $3, $4, $5 from directory.domain where id = $1
      on conflict (domain_id) do update set checked_at = excluded.checked_at,
        addresses = excluded.addresses, problems = excluded.problems, findings = excluded.findings`,
    values: [domainId, checkedAt, addresses, problems, JSON.stringify(findings)],
  });
}
