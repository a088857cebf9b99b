// Taking responsibility for mails: the rows that a 250 stands for (architecture §1.1, §5.4).
//
// One statement for a whole commit group. It may be repeated with the same ids when its outcome is unknown:
// mail and recipient rows are only made together with the content row, which outlives them, so a repetition
// can't bring back a mail that was delivered meanwhile.
import { cleanText, subjectOf } from '@pochtar/mail';
import type { Queryable } from '../db.ts';
import { contentColumns, contentRow, deliveredSize, type NewContent } from '../content/index.ts';

export type Origin = 'incoming' | 'submitted' | 'system';

export interface NewRecipient {
  /** Address key (`addressKey` of @pochtar/mail). */
  address: string;
  /** RFC 3461 §4.2: the ORCPT parameter as given. */
  originalRecipient?: string | null;
  /** RFC 3461 §4.1: NEVER or a list of SUCCESS,FAILURE,DELAY; null when not given. */
  notify?: string | null;
  /** Set when the address is an account's own; everything else is routed by delivery. */
  accountId?: number | null;
}

export interface AskedSpf {
  result: 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'policy' | 'temperror' | 'permerror';
  /** RFC 7208 §2.4: the envelope's sender, or the HELO name of a mail without one. */
  identity: 'mailfrom' | 'helo';
  value: string;
  domain: string;
}

export interface NewMail {
  /** UUIDv7; also the id of its content. */
  id: string;
  content: NewContent;
  acceptedAt: Date;
  /** '' is the null reverse path. */
  reversePath: string;
  origin: Origin;
  /** The login that submitted it. */
  accountId?: number | null;
  clientAddress?: string | null;
  helo?: string;
  /** RFC 3848: ESMTP, ESMTPS, ESMTPA, ESMTPSA … */
  protocol: string;
  /** RFC 8601 §2.7.3: whether the client's name leads back to its address; null: not looked up. */
  iprev?: 'pass' | 'fail' | 'temperror' | 'permerror' | null;
  /** What SPF said of the sender during the dialogue (RFC 7208); null: nobody had to know. */
  spf?: AskedSpf | null;
  body?: '7BIT' | '8BITMIME' | null;
  smtpUtf8?: boolean;
  dsnReturn?: 'FULL' | 'HDRS' | null;
  dsnEnvelopeId?: string | null;
  /** Content filters it must pass, in order. */
  slip: string[];
  /** The newest settings revision that the slip was decided from. */
  settingsRevision: number;
  /** First step: slip[0] or 'deliver'. */
  step: string;
  recipients: NewRecipient[];
}

/** What is kept of a Message-ID and a subject for whoever looks for a mail. */
const MAX_WORDS = 300;

const ACCEPT = `
with input as materialized (
  select * from json_to_recordset($1::json) as i(${contentColumns.declared}, accepted_at timestamptz,
    reverse_path text, origin text, account_id bigint, client_address inet, helo text, protocol text, iprev text, spf jsonb, body text,
    smtp_utf8 boolean, dsn_return text, dsn_envelope_id text, size bigint, slip text[], settings_revision bigint,
    step text, recipients json, subject text)
), fresh as (
  insert into store.content (${contentColumns.names})
  select ${contentColumns.values} from input i
  on conflict do nothing
  returning id
), recipient as (
  insert into queue.recipient (mail_id, address, original_recipient, notify, account_id, route)
  select i.id, r.address, r.original_recipient, r.notify, r.account_id,
         case when r.account_id is null then 'unrouted' else 'local' end
  from input i join fresh f on f.id = i.id,
       json_to_recordset(i.recipients) as r(address text, original_recipient text, notify text, account_id bigint)
  on conflict do nothing
)
insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, account_id, client_address, helo, protocol,
  iprev, spf, body, smtp_utf8, dsn_return, dsn_envelope_id, size, slip, settings_revision, step, step_at,
  message_id, subject)
select i.id, i.id, i.accepted_at, i.reverse_path, i.origin, i.account_id, i.client_address, i.helo, i.protocol,
  i.iprev, i.spf, i.body, i.smtp_utf8, i.dsn_return, i.dsn_envelope_id, i.size, coalesce(i.slip, '{}'), i.settings_revision, i.step, now(),
  left(i.message_id, ${MAX_WORDS}), i.subject
from input i join fresh f on f.id = i.id
on conflict do nothing`;

/**
 * Inserts the rows of all mails in one statement. Bodies must be durable before. Resolved means committed (when
 * `db` is the pool); any error means that none of them was taken, or that the outcome is unknown
 * (`sqlState(error) === null`): then repeat with the same ids.
 */
export async function acceptMails(db: Queryable, mails: NewMail[]): Promise<void> {
  await db.query({ name: 'accept', text: ACCEPT, values: [JSON.stringify(mails.map(mailRow))] });
}

function mailRow(mail: NewMail): Record<string, unknown> {
  return {
    ...contentRow(mail.content),
    accepted_at: mail.acceptedAt,
    reverse_path: mail.reversePath,
    origin: mail.origin,
    account_id: mail.accountId ?? null,
    client_address: mail.clientAddress ?? null,
    helo: mail.helo ?? '',
    protocol: mail.protocol,
    iprev: mail.iprev ?? null,
    spf: mail.spf ?? null,
    body: mail.body ?? null,
    smtp_utf8: mail.smtpUtf8 ?? false,
    dsn_return: mail.dsnReturn ?? null,
    dsn_envelope_id: mail.dsnEnvelopeId ?? null,
    size: deliveredSize({ blob: mail.content.blob, prefix: null, removed: mail.content.removed ?? null }),
    slip: mail.slip,
    settings_revision: mail.settingsRevision,
    step: mail.step,
    subject: cleanText(subjectOf(mail.content.description.shortHeader, MAX_WORDS)),
    recipients: mail.recipients.map((recipient) => ({
      address: recipient.address,
      original_recipient: recipient.originalRecipient ?? null,
      notify: recipient.notify ?? null,
      account_id: recipient.accountId ?? null,
    })),
  };
}
