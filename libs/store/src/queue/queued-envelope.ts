// The envelope of a mail in the queue, and what became known of it when it was accepted: the same for whoever takes the mail
// in hand.
import type { NewMail, Origin } from './accept.ts';

export interface QueuedEnvelope {
  acceptedAt: Date;
  /** '' is the null reverse path. */
  reversePath: string;
  origin: Origin;
  /** The login that submitted it. */
  accountId: number | null;
  clientAddress: string | null;
  helo: string;
  /** RFC 8601 §2.7.3: whether the client's name leads back to its address; null: not looked up. */
  iprev: NewMail['iprev'];
  /** What SPF said during the dialogue; null: nobody had to know. */
  spf: NewMail['spf'];
  smtpUtf8: boolean;
}

export interface EnvelopeRow {
  accepted_at: Date;
  reverse_path: string;
  origin: Origin;
  account_id: number | null;
  client_address: string | null;
  helo: string;
  iprev: NewMail['iprev'];
  spf: NewMail['spf'];
  smtp_utf8: boolean;
}

/** Columns of queue.mail m that `envelopeOf` reads. */
export const ENVELOPE_COLUMNS = `m.accepted_at, m.reverse_path, m.origin, m.account_id,
  host(m.client_address) as client_address, m.helo, m.iprev, m.spf, m.smtp_utf8`;

export function envelopeOf(row: EnvelopeRow): QueuedEnvelope {
  return {
    acceptedAt: row.accepted_at,
    reversePath: row.reverse_path,
    origin: row.origin,
    accountId: row.account_id,
    clientAddress: row.client_address,
    helo: row.helo,
    iprev: row.iprev,
    spf: row.spf,
    smtpUtf8: row.smtp_utf8,
  };
}
