// The quarantine keeps mail for as long as quarantine.expiryDays says; then it is deleted, nobody is told, and the trace says
// why. Some mails in each transaction, each locked as by a person.
import { lockExpiredQuarantine, lockMails } from '@pochtar/store/queue';
import { Aftermath, type Outcome, settle } from '../settle.ts';
import type { Tools } from '../tools.ts';

const MAILS_AT_ONCE = 25;

/** How many mails have gone. */
export async function expireQuarantine(tools: Tools, signal: AbortSignal): Promise<number> {
  const { expiryDays } = tools.settings.current('quarantine');
  if (expiryDays === 0) return 0;
  for (let gone = 0; ; ) {
    const some = await expireSome(tools, expiryDays);
    gone += some;
    if (some < MAILS_AT_ONCE || signal.aborted) return gone;
  }
}

async function expireSome(tools: Tools, days: number): Promise<number> {
  const after = new Aftermath();
  const reason = `the quarantine keeps mail for ${days} days`;
  const count = await tools.db.transaction(async (tx) => {
    const ids = await lockExpiredQuarantine(tx, days, MAILS_AT_ONCE);
    for (const mail of (await lockMails(tx, ids)).values()) {
      const outcomes = mail.recipients.map(
        ({ address }): Outcome => ({ kind: 'discarded', address, reason }),
      );
      await settle(tools, tx, mail, outcomes, { now: new Date() }, after);
      tools.log.info({ mail: mail.id, days }, 'its time in the quarantine is over');
    }
    return ids.length;
  });
  after.announce(tools);
  return count;
}
