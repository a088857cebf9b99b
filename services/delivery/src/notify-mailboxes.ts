// After the commit: one message an account, with the ids and MODSEQ of its mailboxes that changed.
import { type Bus, mailboxChanged } from '@pochtar/bus';
import type { ChangedMailbox } from '@pochtar/store/queue';

/** Sessions look when they hear it, and once a minute anyway. */
export function notifyMailboxes(bus: Bus, changed: readonly ChangedMailbox[]): void {
  const accounts = new Map<number, { id: number; modSeq: number }[]>();
  for (const { accountId, mailboxId, modSeq } of changed) {
    const mailboxes = accounts.get(accountId);
    if (mailboxes) mailboxes.push({ id: mailboxId, modSeq });
    else accounts.set(accountId, [{ id: mailboxId, modSeq }]);
  }
  for (const [account, mailboxes] of accounts) bus.emit(mailboxChanged(account), { mailboxes });
}
