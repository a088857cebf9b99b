// Delivery status notifications (RFC 3464) are owed first and made afterwards (notice-maker.ts): what they tell is
// written whatever keeps a notice from being made, and a notice is made exactly if what it tells was written.
import { randomUUID } from 'node:crypto';
import { type DsnAction, parseAddress } from '@pochtar/mail';
import type { Queryable } from '@pochtar/store/db';
import { derivedId, insertOwedNotice, type MailInHand, type NoticeRecipient } from '@pochtar/store/queue';
import { isReturnable } from './returnable.ts';

export interface NoticeInput {
  kind: DsnAction;
  recipients: readonly NoticeRecipient[];
  /** The content was refused: it is never sent back. */
  isHeaderOnly?: boolean;
}

/** Owes the sender of a locked mail a notice; nothing when nobody can be told. */
export async function oweNotice(
  tx: Queryable,
  mail: MailInHand,
  { kind, recipients, isHeaderOnly = false }: NoticeInput,
  after: { isNoticeOwed: boolean },
): Promise<void> {
  if (recipients.length === 0 || parseAddress(mail.reversePath) === null) return;
  await insertOwedNotice(tx, {
    id: noticeId(mail.id, kind, recipients),
    mail: mail.id,
    kind,
    // What goes back is what the sender sent, not what verdicts made of it.
    contentId: mail.id,
    // RFC 3461 §4.3: RET says what comes with failures; every other notice brings the header.
    isFull: mail.dsnReturn === 'FULL' && kind === 'failed' && !isHeaderOnly,
    isIdentifyingOnly: !isReturnable(mail),
    reversePath: mail.reversePath,
    acceptedAt: mail.acceptedAt,
    envelopeId: mail.dsnEnvelopeId,
    recipients,
  });
  after.isNoticeOwed = true;
}

/**
 * A delay is told once. Everything else is told of the end of a recipient, whose row goes in this transaction: the
 * same address may come back (redirected, for instance) and end once more, which is told once more.
 */
function noticeId(mail: string, kind: DsnAction, recipients: readonly NoticeRecipient[]): string {
  const addresses = recipients.map(({ address }) => address);
  return derivedId(mail, addresses, kind === 'delayed' ? kind : `${kind} ${randomUUID()}`);
}
