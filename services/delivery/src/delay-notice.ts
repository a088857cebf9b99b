// One notice for a mail that still waits after `dsn.delayNoticeHours`: what has been tried, until when it goes on.
import { acceptMails, lockMail, markDelayNotified } from '@pochtar/store/queue';
import { prepareNotice } from './notice.ts';
import { isNoticeWanted } from './notice-wanted.ts';
import { expiresAt } from './retry-schedule.ts';
import { Aftermath } from './settle.ts';
import type { Tools } from './tools.ts';

export async function tellOfDelay(tools: Tools, id: string): Promise<void> {
  const after = new Aftermath();
  await tools.db.transaction(async (tx) => {
    const mail = await lockMail(tx, id);
    if (mail === null || mail.state !== 'active') return;
    const waiting = mail.recipients.filter(({ attempt, isDelayNotified }) => attempt > 0 && !isDelayNotified);
    const told = waiting.filter(({ notify }) => isNoticeWanted('delayed', mail.reversePath, notify));
    const willRetryUntil = expiresAt(mail.acceptedAt, tools.settings.current('queue'));
    const recipients = told.map(({ address, originalRecipient, expandedFrom, lastReply, lastAttemptAt }) => ({
      ...{ address, originalRecipient, expandedFrom, willRetryUntil },
      status: /^4\.\d+\.\d+/.exec(lastReply ?? '')?.[0] ?? '4.0.0',
      diagnostic: lastReply,
      lastAttempt: lastAttemptAt,
    }));
    const notice = await prepareNotice(tools, tx, mail, { kind: 'delayed', recipients, now: new Date() });
    if (notice !== null) {
      await acceptMails(tx, [notice]);
      after.steps.push({ step: 'deliver', mail: notice.id });
    }
    // Also of those who do not want to know: they are not looked at again.
    await markDelayNotified(
      tx,
      id,
      waiting.map(({ address }) => address),
    );
  });
  after.announce(tools);
}
