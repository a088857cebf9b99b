// APPEND (RFC 9051 §6.3.12). The message is asked for only when it can be taken, streamed into memory or a spool
// file, made durable as a blob, and only then becomes a row.
import { describeContent, type ScannedMail } from '@pochtar/mail';
import { uuidv7 } from '@pochtar/runtime';
import { IncomingBody, isDiskFull, isTransient, storeBody } from '@pochtar/service';
import type { BlobReference } from '@pochtar/store/blob';
import { appendMessages, type AppendOutcome, INBOX, type Mailbox, readQuota } from '@pochtar/store/mailbox';
import { maxMessageSize } from '../capabilities.ts';
import { type Command, invite } from '../command-reader.ts';
import type { Run, Session } from '../command.ts';
import { readMailboxName } from '../mailbox-argument.ts';
import { badMailboxName, no, ok, overQuota, type Reply, tryAgain } from '../reply.ts';
import { announce } from '../server.ts';
import { BadSyntax, type LiteralMarker } from '../syntax/cursor.ts';
import { parseDateTime } from '../syntax/date-time.ts';
import { type Flags, parseFlagList } from '../syntax/flag-list.ts';
import { requireMailbox } from './select-examine.ts';

// RFC 9051 §6.3.12: TRYCREATE tells the client that creating the mailbox may help.
const missing = no('no such mailbox', 'TRYCREATE');
const tooBig = no('the message is too large', 'TOOBIG');
const noRoom = no('the server has no room for mail at the moment', 'UNAVAILABLE');

interface StoredMessage {
  id: string;
  blob: BlobReference;
  sha256: Buffer;
  scan: ScannedMail;
}

interface Arguments {
  mailboxName: string | null;
  flags: Flags;
  internalDate: Date;
}

export const append: Run = async (session, command) => {
  const wanted = readArguments(session, command);
  const { literal } = command;
  if (literal === null) throw new BadSyntax('the message has to be a literal');
  const mailbox = wanted.mailboxName === null ? null : await requireMailbox(session, wanted.mailboxName);
  const refusal = await refusalOf(session, wanted.mailboxName, mailbox, literal);
  if (refusal !== null || mailbox === null) return refusal ?? missing;
  const received = await receive(session, command, literal);
  if (!('blob' in received)) return received;
  return insert(session, mailbox, wanted, received);
};

function readArguments(session: Session, { cursor }: Command): Arguments {
  cursor.space();
  const mailboxName = readMailboxName(session, cursor);
  cursor.space();
  let flags: Flags = { system: 0, keywords: [] };
  if (cursor.next === '(') {
    flags = parseFlagList(cursor);
    cursor.space();
  }
  let internalDate = new Date();
  if (cursor.next === '"') {
    internalDate = parseDateTime(cursor.string());
    cursor.space();
  }
  return { mailboxName, flags, internalDate };
}

/** What can be refused before a single octet of the message is asked for. */
async function refusalOf(
  session: Session,
  name: string | null,
  mailbox: Mailbox | null,
  { length }: LiteralMarker,
): Promise<Reply | null> {
  const { db, disk, settings } = session.server;
  if (name === null) return badMailboxName;
  // RFC 7889 §5: larger than APPENDLIMIT.
  if (length > maxMessageSize(settings.current('sending'))) return tooBig;
  if (length === 0) return no('the message is empty', 'CANNOT');
  if (mailbox === null) return name === INBOX ? tryAgain : missing;
  if (!disk.hasRoomFor(length)) return noRoom;
  const { limit, used } = await readQuota(db, mailbox.accountId);
  return limit !== null && used + length > limit ? overQuota : null;
}

/** Takes the message off the connection and makes it durable; or says why not, the message being off all the same. */
async function receive(
  session: Session,
  command: Command,
  literal: LiteralMarker,
): Promise<StoredMessage | Reply> {
  const { input, output, server } = session;
  const { memory, spoolDirectory, disk } = server;
  const body = new IncomingBody({ maxSize: literal.length, memory, spoolDirectory, disk });
  try {
    await invite(output, literal);
    for await (const part of input.stream(literal.length)) {
      body.write(part);
      if (body.busy) await body.busy;
    }
    command.literal = null;
    const line = await input.line(1024);
    if (line.isTooLong || line.text !== '') throw new BadSyntax('one message a command');
    return await store(session, body);
  } finally {
    body.discard();
  }
}

async function store({ server, log }: Session, body: IncomingBody): Promise<StoredMessage | Reply> {
  try {
    const complete = await body.complete();
    // RFC 9051 §4.3: a literal holds no NUL; as literal8 it would make a mail that no client can fetch.
    if (complete.scan.hasNul) return no('the message contains NUL', 'CANNOT');
    const id = uuidv7();
    const blob = await storeBody(server.blobs, id, complete);
    return { id, blob, sha256: complete.sha256, scan: complete.scan };
  } catch (error) {
    const isFull = isDiskFull(error);
    if (!isFull && !isTransient(error)) throw error;
    log.error({ err: error }, 'a message could not be stored');
    return isFull ? noRoom : tryAgain;
  }
}

async function insert(
  session: Session,
  mailbox: Mailbox,
  wanted: Arguments,
  { id, blob, sha256, scan }: StoredMessage,
): Promise<Reply> {
  const { server } = session;
  const outcome = await appendMessages(server.db, mailbox.id, [
    {
      content: { id, blob, sha256, description: describeContent(scan) },
      flags: wanted.flags.system,
      keywords: wanted.flags.keywords,
      internalDate: wanted.internalDate,
    },
  ]);
  if (outcome.kind !== 'appended') return outcome.kind === 'overQuota' ? overQuota : missing;
  server.metrics.appendedBytes.add(scan.size);
  return appended(session, mailbox.id, outcome);
}

function appended(
  session: Session,
  mailboxId: number,
  outcome: Extract<AppendOutcome, { kind: 'appended' }>,
): Reply {
  announce(session.server, session.accountId, [{ mailboxId, modSeq: outcome.modSeq }]);
  // RFC 9051 §6.3.12: the selected mailbox tells EXISTS.
  if (session.selected?.id === mailboxId) session.changed();
  return ok('appended', `APPENDUID ${outcome.uidValidity} ${outcome.uids[0]}`);
}
