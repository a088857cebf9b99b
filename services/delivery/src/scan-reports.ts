// Who is told what a virus scanner made of a mail, beside DSN (ADR 31): the sender of an infected mail of ours; recipients on
// other servers, whom no virus is sent; recipients of a mail that waits because it is too large to be scanned. Owed like
// any notice. The sender's NOTIFY (RFC 3461) speaks of DSN alone.
import { randomUUID } from 'node:crypto';
import {
  addressOfKey,
  formatAddress,
  heldReport,
  isTooLargeReason,
  parseAddress,
  type ReportFrame,
  parseHeaderFields,
  parseInfection,
  parsePath,
  virusReportHeaders,
} from '@pochtar/mail';
import type { Queryable } from '@pochtar/store/db';
import { derivedId, insertOwedNotice, type MailInHand, type OwedNotice } from '@pochtar/store/queue';

type ReportKind = 'virusToSender' | 'virusToRecipient' | 'tooLargeToRecipient';

/** Of so many recipients of a mail that is held each is told by itself. */
const MAX_TOLD = 100;

/** A mail that the antivirus holds: who has to know at once. True: no DSN has to say so. */
export async function oweHeldReports(
  tx: Queryable,
  mail: MailInHand,
  reason: string,
  after: { isNoticeOwed: boolean },
): Promise<boolean> {
  const addresses = mail.recipients.map(({ address }) => address);
  const isInfected = parseInfection(reason) !== null;
  if (mail.origin === 'submitted' && isInfected) {
    await owe(tx, mail, { kind: 'virusToSender', to: mail.reversePath, about: addresses, reason }, after);
    return true;
  }
  if (mail.origin !== 'incoming' || !isTooLargeReason(reason)) return false;
  for (const to of addresses.slice(0, MAX_TOLD)) {
    await owe(tx, mail, { kind: 'tooLargeToRecipient', to, about: [to], reason }, after);
  }
  return true;
}

/** Recipients on other servers get the report without the mail. */
export async function oweVirusReports(
  tx: Queryable,
  mail: MailInHand,
  { addresses, reason }: { addresses: readonly string[]; reason: string },
  after: { isNoticeOwed: boolean },
): Promise<void> {
  for (const to of addresses) {
    await owe(tx, mail, { kind: 'virusToRecipient', to, about: [to], reason }, after);
  }
}

async function owe(
  tx: Queryable,
  mail: MailInHand,
  report: { kind: ReportKind; to: string; about: readonly string[]; reason: string },
  after: { isNoticeOwed: boolean },
): Promise<void> {
  const { kind, to, about, reason } = report;
  const address = kind === 'virusToSender' ? to : formatAddress(addressOfKey(to));
  // RFC 5321 §4.5.5: nobody is told of what became of a notification.
  if (parseAddress(address) === null) return;
  await insertOwedNotice(tx, {
    // Told once in a generation, however often the mail is looked at here.
    id: derivedId(mail.id, [to], `${kind} ${mail.generation}`),
    mail: mail.id,
    kind,
    contentId: mail.id,
    isFull: false,
    isIdentifyingOnly: true,
    reversePath: address,
    acceptedAt: mail.acceptedAt,
    envelopeId: null,
    recipients: about.map((recipient) => ({
      ...{ address: recipient, originalRecipient: null, expandedFrom: null },
      // RFC 3463 §3.8: delivery not authorised.
      ...{ status: '5.7.1', diagnostic: reason },
    })),
  });
  after.isNoticeOwed = true;
}

export interface ScanReportFrame extends ReportFrame {
  reportingMta: string;
}

/** The mail as it was accepted: its stored header, and how long it is. */
export interface Original {
  header: Buffer;
  bytes: number;
}

export function isScanReport(kind: OwedNotice['kind']): kind is ReportKind {
  return kind === 'virusToSender' || kind === 'virusToRecipient' || kind === 'tooLargeToRecipient';
}

/** The whole mail that the report is. */
export function scanReport(
  { kind, mail: mailId, recipients }: OwedNotice,
  frame: ScanReportFrame,
  { header, bytes }: Original,
): Buffer {
  const fields = parseHeaderFields(header);
  const field = (name: string): string | null => fields.find(({ lower }) => lower === name)?.value ?? null;
  const original = {
    // RFC 5321 §4.4: what is stored begins with the return path.
    reversePath: parsePath((field('return-path') ?? '').trim())?.address ?? null,
    ...{
      from: field('from'),
      subject: field('subject'),
      date: field('date'),
      messageId: field('message-id'),
    },
  };
  if (kind === 'tooLargeToRecipient') {
    return heldReport({ ...frame, mailId, bytes, original, language: 'both' });
  }
  const reason = recipients[0]?.diagnostic ?? '';
  const isForSender = kind === 'virusToSender';
  const addresses = recipients.map(({ address }) => formatAddress(addressOfKey(address)));
  const { head } = virusReportHeaders({
    ...frame,
    ...(parseInfection(reason) ?? { virus: reason, scanner: '' }),
    ...(isForSender && { recipients: addresses }),
    boundary: `report-${randomUUID()}`,
    mailId,
    original: { ...original, has8bit: false },
    form: isForSender ? 'sender' : 'elsewhere',
    language: 'both',
  });
  return head;
}
