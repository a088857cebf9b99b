// Refused attempts: from mail.refused events, one row a minute for each client and reply, with a count and some of the
// recipients. However often a stranger comes, he fills no disk.
import { isIP } from 'node:net';
import { cleanText } from '@pochtar/mail';
import type { Queryable } from '../db.ts';

export interface Refusal {
  /** Of the first one. */
  at: Date;
  clientAddress: string | null;
  reversePath: string | null;
  recipient: string | null;
  /** More of them; a row keeps 20 different ones. */
  otherRecipients: readonly string[];
  reply: string;
  count: number;
}

// Rows are touched in one order, so that two processes never wait for each other.
const RECORD = `with refused as materialized (
    select r.*, date_trunc('minute', at) as minute,
      -- Whoever has one IPv6 address has the /64 around it.
      coalesce(host(network(set_masklen(client_address, case family(client_address) when 4 then 32 else 64 end))), '')
        as client_network
    from json_to_recordset($1::json) as r(at timestamptz, client_address inet, reverse_path text, recipients text[],
      reply text, count bigint)
  ), recipients as (
    select minute, client_network, reply, trace.some_of(array_agg(address order by at, place)) as recipients
    from refused, unnest(recipients) with ordinality as given (address, place)
    group by minute, client_network, reply
  ), kinds as (
    select min(at) as at, minute, (array_agg(client_address order by at))[1] as client_address, client_network,
      (array_agg(reverse_path order by at))[1] as reverse_path, (array_agg(refused.recipients[1] order by at))[1] as recipient,
      reply, sum(count)::bigint as count
    from refused group by minute, client_network, reply
  )
  insert into trace.refusal
    (at, minute, client_address, client_network, reverse_path, recipient, recipients, reply, count)
  select at, minute, client_address, client_network, reverse_path, recipient, coalesce(recipients, '{}'), reply, count
  from kinds left join recipients using (minute, client_network, reply)
  order by minute, client_network, md5(reply)
  on conflict (minute, client_network, md5(reply)) where minute is not null
    do update set count = refusal.count + excluded.count,
      recipients = trace.some_of(refusal.recipients || excluded.recipients)`;

/** Adds them in one statement. What is no address in `clientAddress` is left out. */
export async function recordRefusals(db: Queryable, refusals: readonly Refusal[]): Promise<void> {
  if (refusals.length === 0) return;
  const rows = refusals.map((refusal) => ({
    at: refusal.at,
    client_address: plainAddress(refusal.clientAddress),
    reverse_path: refusal.reversePath === null ? null : cleanText(refusal.reversePath),
    recipients: [refusal.recipient, ...refusal.otherRecipients].filter((one) => one !== null).map(cleanText),
    reply: cleanText(refusal.reply),
    count: refusal.count,
  }));
  await db.query({ name: 'record_refusals', text: RECORD, values: [JSON.stringify(rows)] });
}

function plainAddress(address: string | null): string | null {
  // A zone (`fe80::1%eth0`) is no part of an inet.
  const bare = address?.replace(/%.*$/s, '') ?? '';
  return isIP(bare) ? bare : null;
}
