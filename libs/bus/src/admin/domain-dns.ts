// Questions about what stands in the DNS for a domain; the settings process answers, and asks the DNS.
import { z } from 'zod';
import { changesInScope, looksInScope } from './access.ts';
import { text } from './problem.ts';
import { adminQuestion } from './question.ts';

const name = z.string().min(1).max(255);

const record = z.object({
  /** What it is for: `mx`, `spf`, `dmarc`, `dkim`, `helo`, `ptr`, `srv`, … */
  purpose: z.string(),
  name: z.string(),
  type: z.enum(['A', 'AAAA', 'PTR', 'MX', 'TXT', 'CNAME', 'SRV']),
  /** As a zone file has it; null where only the administrator can know it. */
  value: z.string().nullable(),
  /** Mail goes without it. */
  isOptional: z.boolean(),
  /**
   * notChecked · ok · missing · wrong (there is something else) · unknown (no answer, or nothing to compare with) ·
   * later (a part of this server that is not there yet makes it)
   */
  state: z.enum(['notChecked', 'ok', 'missing', 'wrong', 'unknown', 'later']),
  /** What the DNS has. */
  found: z.array(z.string().max(600)).max(10),
  remark: text.nullable(),
});
export type DomainDnsRecord = z.infer<typeof record>;

const domainDns = z.object({
  domain: z.string(),
  /** Null: it was never looked at. */
  checkedAt: z.iso.datetime().nullable(),
  /** authoritative: the servers of the domain were asked · resolver: only the resolver answered · nobody: no answer */
  source: z.enum(['authoritative', 'resolver', 'nobody']).nullable(),
  /** Under which the outside sees this server. */
  addresses: z.array(z.string()),
  /** They were given by an administrator: the server stands behind NAT, or has several. */
  isGiven: z.boolean(),
  /** Records that need a hand; null: not known. */
  problems: z.int().nullable(),
  records: z.array(record),
  /** All of it, to be pasted where the zone is kept. */
  zoneFile: z.string(),
});
export type DomainDns = z.infer<typeof domainDns>;

export const adminDomainDns = {
  show: adminQuestion(
    'settings',
    'domain.dns',
    'the records that a domain needs in the DNS, and what the last look at it found',
    z.object({ name }),
    domainDns,
    looksInScope,
  ),
  check: adminQuestion(
    'settings',
    'domain.checkDns',
    'asks the name servers of a domain for its records, and keeps what they say',
    z.object({
      name,
      /** Those of before when left out; an empty list: those of the server’s name. */
      addresses: z.array(z.string().max(64)).max(16).optional(),
    }),
    domainDns,
    changesInScope(({ name: of }) => of, ['addresses']),
  ),
};
