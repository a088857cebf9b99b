// A mail of the server itself: its body stored, and handed back as the row to insert.
//
// The body is durable before the row. A transaction that fails leaves a body that nothing refers to, which counts as dead
// by itself.
import { createHash } from 'node:crypto';
import { type ContentFilter, firstStep } from '@pochtar/bus';
import { describeContent, MailScanner } from '@pochtar/mail';
import type { NewMail, NewRecipient } from '@pochtar/store/queue';
import type { Tools } from './tools.ts';

export interface SystemMail {
  /** UUIDv7 */
  id: string;
  /** With its Return-Path. */
  bytes: Buffer;
  /** '' is the null reverse path. */
  reversePath: string;
  to: NewRecipient;
  now: Date;
}

/** Signed like other mail of ours, where that is switched on; what stays in an account here needs no signature. */
export async function systemMail(
  { blobs, settings }: Pick<Tools, 'blobs' | 'settings'>,
  mail: SystemMail,
): Promise<NewMail> {
  const { id, bytes, reversePath, to, now } = mail;
  const scanner = new MailScanner();
  scanner.write(bytes);
  const scanned = scanner.end();
  const isSigned = settings.current('dkim').sign && (to.accountId ?? null) === null;
  const slip: ContentFilter[] = isSigned ? ['dkim'] : [];
  const sha256 = createHash('sha256').update(bytes).digest();
  return {
    id,
    content: { id, blob: await blobs.put(id, bytes, sha256), sha256, description: describeContent(scanned) },
    acceptedAt: now,
    reversePath,
    origin: 'system',
    protocol: 'ESMTP',
    body: scanned.has8bit ? '8BITMIME' : '7BIT',
    // RFC 6533 §4: a notification about UTF-8 addresses is itself a UTF-8 mail.
    smtpUtf8: scanned.header.some((octet) => octet > 0x7f),
    slip,
    settingsRevision: isSigned ? settings.revision('dkim') : 0,
    step: firstStep(slip),
    recipients: [to],
  };
}
