// Refused attempts: written in batches from mail.refused events, as they come.
import { isIP } from 'node:net';
import { cleanText } from '@pochtar/mail';
import type { Queryable } from '../db.ts';

export interface Refusal {
  at: Date;
  clientAddress: string | null;
  reversePath: string | null;
  recipient: string | null;
  reply: string;
}

/** Inserts them in one statement. What is no address in `clientAddress` is left out. */
export async function recordRefusals(db: Queryable, refusals: readonly Refusal[]): Promise<void> {
  if (refusals.length === 0) return;
  const rows = refusals.map((refusal) => ({
    at: refusal.at,
    client_address: plainAddress(refusal.clientAddress),
    reverse_path: refusal.reversePath === null ? null : cleanText(refusal.reversePath),
    recipient: refusal.recipient === null ? null : cleanText(refusal.recipient),
    reply: cleanText(refusal.reply),
  }));
  await db.query({
    name: 'record_refusals',
    text: `insert into trace.refusal (at, client_address, reverse_path, recipient, reply)
      select at, client_address, reverse_path, recipient, reply
      from json_to_recordset($1::json)
        as r(at timestamptz, client_address inet, reverse_path text, recipient text, reply text)`,
    values: [JSON.stringify(rows)],
  });
}

function plainAddress(address: string | null): string | null {
  // A zone (`fe80::1%eth0`) is no part of an inet.
  const bare = address?.replace(/%.*$/s, '') ?? '';
  return isIP(bare) ? bare : null;
}
