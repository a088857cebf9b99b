// QUIT (RFC 1939 §4, §6). After log-in this is the UPDATE state: the one moment in which messages are deleted.
import { mailboxChanged } from '@pochtar/bus';
import { isTransient } from '@pochtar/service';
import { expungeMessages } from '@pochtar/store/mailbox';
import type { Run, Session } from '../command.ts';
import type { Maildrop } from '../maildrop.ts';
import { err, ok } from '../reply.ts';

export const quit: Run = async (session, argument) => {
  if (argument !== '') return err('QUIT has no argument');
  session.leave();
  const { maildrop, lease, server } = session;
  if (maildrop === null || lease === null) return ok('bye');
  try {
    // A session that lost its maildrop to another one deletes nothing.
    if (!(await server.leases.renew(lease)))
      return err('the maildrop was taken over: nothing was deleted', 'IN-USE');
    await update(session, maildrop, lease.accountId);
    return ok(`bye, maildrop has ${maildrop.count} messages`);
  } catch (error) {
    if (!isTransient(error)) session.log.error({ err: error }, 'messages could not be deleted');
    // RFC 1939 §6: the session ends all the same.
    return err('some deleted messages were not removed', isTransient(error) ? 'SYS/TEMP' : 'SYS/PERM');
  } finally {
    // Before the answer: a client may log in again as soon as it has it.
    await session.unlock();
  }
};

async function update(session: Session, maildrop: Maildrop, accountId: number): Promise<void> {
  const { server } = session;
  const uids = maildrop.deletedUids();
  const id = maildrop.mailboxId;
  if (id === null || uids.length === 0) return;
  for await (const { uids: gone, modSeq } of expungeMessages(server.db, id, uids)) {
    server.metrics.deletedMessages.add(gone.length);
    // After the commit: sessions of IMAP look at once.
    server.bus.emit(mailboxChanged(accountId), { mailboxes: [{ id, modSeq }] });
  }
  session.log.info({ account: session.account?.address, deleted: uids.length }, 'messages deleted');
}
