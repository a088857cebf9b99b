// REPLACE and UID REPLACE (RFC 8508): a message takes the place of another, which a draft does with every save; both happen or
// neither.
import { fetchMessages } from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { bad, no, readOnly } from '../reply.ts';
import { appendTo } from './append.ts';

const gone = no('no such message', 'NONEXISTENT');

export const replace: Run = async (session, command) => {
  const { cursor, name } = command;
  const isUid = name === 'UID REPLACE';
  cursor.space();
  const number = cursor.take('*') ? Number.POSITIVE_INFINITY : cursor.positive();
  cursor.space();
  const { selected, server } = session;
  if (selected === null) return bad('select a mailbox first');
  const uids = selected.uidsOf([{ from: number, to: number }], isUid);
  const [uid] = uids ?? [];
  if (uid === undefined) return isUid ? gone : bad('no such message');
  // RFC 8508 §3.4
  if (selected.isReadOnly) return readOnly;
  let size: number | undefined;
  for await (const page of fetchMessages(server.db, selected.id, [uid])) [size] = page.sizes;
  if (size === undefined) {
    selected.isDirty = true;
    return gone;
  }
  return appendTo(session, command, { selected, uid, size });
};
