// NOTIFY (RFC 5465 §3.1).
import type { Run } from '../command.ts';
import { Notifier } from '../notify/notifier.ts';
import { NOTHING, parseNotifySet } from '../notify/notify-request.ts';
import { ok } from '../reply.ts';
import { BadSyntax } from '../syntax/cursor.ts';

export const notify: Run = async (session, { cursor }) => {
  cursor.space();
  const word = cursor.word();
  if (word !== 'SET' && word !== 'NONE') throw new BadSyntax('SET or NONE expected');
  if (word === 'NONE') cursor.end();
  const request = word === 'NONE' ? NOTHING : parseNotifySet(session, cursor);
  if ('status' in request) return request;
  const notifier = session.notifier instanceof Notifier ? session.notifier : new Notifier(session);
  session.notifier = notifier;
  await notifier.set(request);
  // RFC 5465 §3.1: what has gathered in the selected mailbox is told like after NOOP.
  session.changed();
  return ok('done');
};
