// How the black lists of the DNS are, and whom they refused.
import { adminDnsbl } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const zone = z.object({ zone: z.string().min(1).max(253) });
/** Left out: the time in which the list could not be trusted. */
const since = z.iso.datetime().optional();

export const dnsblRoutes = {
  'GET /dnsbl': asks(adminDnsbl.status, {
    summary: 'how the black lists of the DNS are, and how many clients each has refused',
    request: () => ({}),
  }),
  'GET /dnsbl/:zone/refusals': asks(adminDnsbl.refusals, {
    summary: 'the clients that were refused because of a black list, the latest first',
    params: zone,
    query: z.strictObject({
      since,
      after: z.coerce.number().int().min(0).max(1_000_000).default(0),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ params, query }) => ({ ...params, ...query }),
  }),
  'POST /dnsbl/:zone/pardon': asks(adminDnsbl.pardon, {
    summary:
      'white-lists for seven days the addresses that a black list refused by mistake, without relaying',
    params: zone,
    body: z.strictObject({ since }),
    request: ({ params, body }) => ({ ...params, ...body }),
  }),
};
