// Refused attempts: from mail.refused events, one row a minute for each client and reply, with a count. However often a
// stranger comes, he fills no disk.
import { isIP } from 'node:net';
import { cleanText } from '@pochtar/mail';
import type { Queryable } from '../db.ts';

export interface Refusal {
  /** Of the first one. */
  at: Date;
  clientAddress: string | null;
  reversePath: string | null;
  recipient: string | null;
  reply: string;
  count: number;
}

// Rows are touched in one order, so that two processes never wait for each other.
const RECORD = `insert into trace.refusal
    (at, minute, client_address, client_network, reverse_path, recipient, reply, count)
  select min(at), minute, (array_agg(client_address order by at))[1], client_network,
    (array_agg(reverse_path order by at))[1], (array_agg(recipient order by at))[1], reply, sum(count)::bigint
  from (
    select r.*, date_trunc('minute', at) as minute,
      -- Whoever has one IPv6 address has the /64 around it.
      coalesce(host(network(set_masklen(client_address, case family(client_address) when 4 then 32 else 64 end))), '')
        as client_network
    from json_to_recordset($1::json) as r(at timestamptz, client_address inet, reverse_path text, recipient text,
      reply text, count bigint)) refused
  group by minute, client_network, reply
  order by minute, client_network, md5(reply)
  on conflict (minute, client_network, md5(reply)) where minute is not null
    do update set count = refusal.count + excluded.count`;

/** Adds them in one statement. What is no address in `clientAddress` is left out. */
export async function recordRefusals(db: Queryable, refusals: readonly Refusal[]): Promise<void> {
  if (refusals.length === 0) return;
  const rows = refusals.map((refusal) => ({
    at: refusal.at,
    client_address: plainAddress(refusal.clientAddress),
    reverse_path: refusal.reversePath === null ? null : cleanText(refusal.reversePath),
    recipient: refusal.recipient === null ? null : cleanText(refusal.recipient),
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
