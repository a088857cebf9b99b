// Questions about the black lists of the DNS: how each is, whom it refused, and sparing those it refused by mistake. The
// settings process answers; filter-dnsbl finds out.
import { z } from 'zod';
import { changesAll, looksAtAll } from './access.ts';
import { text } from './problem.ts';
import { adminQuestion } from './question.ts';

const time = z.iso.datetime();
const count = z.int().nonnegative();
const zoneName = z.string().trim().min(1).max(253);

const zone = z.object({
  zone: z.string(),
  /** Among those that are asked now; another one is shown for whom it refused. */
  isConfigured: z.boolean(),
  /** unknown: not looked at yet · failing: it will be suspended if it stays so · suspended: it is not asked */
  state: z.enum(['unknown', 'good', 'failing', 'suspended']),
  fault: z.enum(['silent', 'refuses', 'listsEverybody', 'empty']).nullable(),
  /** What is wrong with it, for people; null: nothing. */
  reason: text.nullable(),
  since: time.nullable(),
  checkedAt: time.nullable(),
  hasIpv6: z.boolean(),
  /** It refuses mail although it is at fault: `dnsbl.onNoAnswer` says so. */
  refusesAll: z.boolean(),
  /** When it could not be trusted the last time. */
  faultyFrom: time.nullable(),
  faultyUntil: time.nullable(),
  /** Clients that it refused in that time, or within a week where it had no fault; counted up to 1,000. */
  refused: count,
  /** Those of them that no white list spares now. */
  shut: count,
});
export type DnsblZoneInfo = z.infer<typeof zone>;

const refusal = z.object({
  address: z.string(),
  firstAt: time,
  lastAt: time,
  count,
  /** Of the last one; '' is the null path. */
  sender: z.string(),
  recipient: z.string(),
  isWhite: z.boolean(),
});
export type DnsblRefusalInfo = z.infer<typeof refusal>;

/** Left out: the time in which the zone could not be trusted, or the week that is kept. */
const since = time.optional();

export const adminDnsbl = {
  status: adminQuestion(
    'settings',
    'dnsbl.status',
    'how the black lists of the DNS are, and how many clients each has refused',
    z.object({}),
    z.object({ zones: z.array(zone) }),
    looksAtAll,
  ),
  refusals: adminQuestion(
    'settings',
    'dnsbl.refusals',
    'the clients that were refused because of a black list, the latest first',
    z.object({
      zone: zoneName,
      since,
      after: z.int().min(0).max(1_000_000).default(0),
      limit: z.int().min(1).max(200).default(50),
    }),
    z.object({ refusals: z.array(refusal), next: z.int().nullable() }),
    looksAtAll,
  ),
  pardon: adminQuestion(
    'settings',
    'dnsbl.pardon',
    'white-lists for seven days the addresses that a black list refused by mistake; it opens no relaying for them',
    z.object({ zone: zoneName, since }),
    z.object({
      added: count,
      /** Another list, which is well, has them too; the black list has them; their address is white already. */
      listedElsewhere: count,
      black: count,
      white: count,
      /** There are more: ask again. */
      isMore: z.boolean(),
    }),
    changesAll(({ zone: name }) => name, ['since']),
  ),
};
