// SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.7, §6.3.8).
import {
  findMailbox,
  INBOX,
  subscribe as addSubscription,
  unsubscribe as removeSubscription,
} from '@pochtar/store/mailbox';
import type { Run } from '../command.ts';
import { readMailboxName } from '../mailbox-argument.ts';
import { badMailboxName, no, noSuchMailbox, ok } from '../reply.ts';
import { announceNames } from '../server.ts';

export const subscribe: Run = async (session, { cursor }) => {
  cursor.space();
  const name = readMailboxName(session, cursor);
  cursor.end();
  if (name === null) return badMailboxName;
  const { db } = session.server;
  // RFC 9051 §6.3.7: a server may check that the name exists when it is added.
  if (name !== INBOX && (await findMailbox(db, session.accountId, name)) === null) return noSuchMailbox;
  const isAdded = await addSubscription(db, session.accountId, name);
  session.notifier?.own(name);
  announceNames(session.server, session.accountId);
  return isAdded ? ok('subscribed') : no('the account has too many subscriptions', 'LIMIT');
};

export const unsubscribe: Run = async (session, { cursor }) => {
  cursor.space();
  const name = readMailboxName(session, cursor);
  cursor.end();
  if (name === null) return badMailboxName;
  await removeSubscription(session.server.db, session.accountId, name);
  session.notifier?.own(name);
  announceNames(session.server, session.accountId);
  return ok('unsubscribed');
};
