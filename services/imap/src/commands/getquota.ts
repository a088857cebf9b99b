// GETQUOTA and GETQUOTAROOT (RFC 9208 §4.1): an account has one quota root, of all its mailboxes, and one resource, STORAGE.
import { type Quota, readQuota } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { formatMailboxName, readMailboxName } from '../mailbox-argument.ts';
import { no, noSuchMailbox, ok } from '../reply.ts';
import { requireMailbox } from './select-examine.ts';

const noSuchRoot = no('no such quota root', 'NONEXISTENT');
/** RFC 9208 §5.1: STORAGE counts units of 1,024 octets. */
const UNIT = 1024;

export const getQuota: Run = async (session, { cursor }) => {
  cursor.space();
  const root = cursor.astring();
  cursor.end();
  if (root !== '') return noSuchRoot;
  session.output.text(formatQuota(await readQuota(session.server.db, session.accountId)));
  return ok('done');
};

export const getQuotaRoot: Run = async (session, { cursor }) => {
  cursor.space();
  const name = readMailboxName(session, cursor);
  cursor.end();
  const mailbox = name === null ? null : await requireMailbox(session, name);
  if (mailbox === null) return noSuchMailbox;
  const quota = await readQuota(session.server.db, session.accountId);
  session.output.text(`* QUOTAROOT ${formatMailboxName(session, mailbox.name)} ""\r\n${formatQuota(quota)}`);
  return ok('done');
};

/** Without a limit there is nothing to tell (RFC 9208 §4.2.1: only resources that are limited). */
function formatQuota({ used, limit }: Quota): string {
  const storage = limit === null ? '' : `STORAGE ${Math.ceil(used / UNIT)} ${Math.floor(limit / UNIT)}`;
  return `* QUOTA "" (${storage})\r\n`;
}
