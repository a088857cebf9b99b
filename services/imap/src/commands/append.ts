// APPEND (RFC 9051 §6.3.12), of several messages too (RFC 3502), and what REPLACE shares with it (RFC 8508). A message is asked for only when it can be taken,
// streamed into memory or a spool file, and made durable as a blob; when the last one is, they become rows together.
import { CrlfLines, describeContent, type ScannedMail } from '@pochtar/mail';
import { uuidv7 } from '@pochtar/runtime';
import { IncomingBody, isOutOfRoom, isTransient, storeBody } from '@pochtar/service';
import type { BlobReference } from '@pochtar/store/blob';
import {
  appendMessages,
  type AppendOutcome,
  INBOX,
  type Mailbox,
  type NewMessage,
  readQuota,
} from '@pochtar/store/mailbox';
import { readCatenation } from '../catenate/catenated-message.ts';
import { maxMessageSize } from '../capabilities.ts';
import type { Run, Session } from '../command.ts';
import { type Command, invite, takeCatenate, takeUtf8 } from '../command-reader.ts';
import { readMailboxName } from '../mailbox-argument.ts';
import { badMailboxName, no, ok, overQuota, type Reply, someExpunged, tryAgain } from '../reply.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { announce } from '../server.ts';
import { BadSyntax, Cursor, literalMarker, type LiteralMarker } from '../syntax/cursor.ts';
import { parseDateTime } from '../syntax/date-time.ts';
import { type Flags, parseFlagList } from '../syntax/flag-list.ts';
import { formatSequenceSet } from '../syntax/sequence-set.ts';
import { requireMailbox } from './select-examine.ts';

// RFC 9051 §6.3.12: TRYCREATE tells the client that creating the mailbox may help.
const missing = no('no such mailbox', 'TRYCREATE');
const tooBig = no('the message is too large', 'TOOBIG');
const noRoom = no('the server has no room for mail at the moment', 'UNAVAILABLE');

/** Messages of one command: what is known of each is kept until the last one is there. */
const MAX_MESSAGES = 100;
/** Of the flags and the date of a message behind the first. */
const MAX_LINE = 8192;

interface StoredMessage {
  id: string;
  blob: BlobReference;
  sha256: Buffer;
  scan: ScannedMail;
}

/** What stands before a message. */
interface Options {
  flags: Flags;
  internalDate: Date;
  /** RFC 6855 §4: a bracket follows the message. */
  isUtf8: boolean;
  /** RFC 4469: where its parts begin; null: it comes in one. */
  parts: Cursor | null;
}

/** RFC 8508: the message that goes when the new one is there. */
export interface Replaced {
  selected: SelectedMailbox;
  uid: number;
  /** Octets that it gives back. */
  size: number;
}

export const append: Run = (session, command) => {
  command.cursor.space();
  return appendTo(session, command, null);
};

/** The rest of the command, from the name of the mailbox on. */
export async function appendTo(
  session: Session,
  command: Command,
  replaced: Replaced | null,
): Promise<Reply> {
  const { cursor } = command;
  const name = readMailboxName(session, cursor);
  cursor.space();
  let options: Options | null = readOptions(cursor);
  if (command.literal === null && options.parts === null)
    throw new BadSyntax('the message has to be a literal');
  const mailbox = name === null ? null : await requireMailbox(session, name);
  if (mailbox === null) return name === null ? badMailboxName : name === INBOX ? tryAgain : missing;
  const messages: NewMessage[] = [];
  let octets = -(replaced?.size ?? 0);
  // RFC 3502 §6.3.11: all of them or none.
  while (options !== null) {
    if (messages.length === MAX_MESSAGES) return no('too many messages in one command', 'LIMIT');
    const taken: Taken | Reply =
      options.parts === null
        ? await takeWhole(session, command, { mailbox, options, octets })
        : await takeParts(session, command, { mailbox, parts: options.parts, octets });
    if ('status' in taken) return taken;
    octets += taken.octets;
    messages.push(newMessage(taken.message, options));
    options = readFurther(taken.rest);
    // RFC 8508 §3.1: one takes the place of one.
    if (options !== null && replaced !== null) throw new BadSyntax('REPLACE takes one message');
  }
  return insert(session, mailbox, messages, replaced);
}

interface Taken {
  message: StoredMessage;
  octets: number;
  /** What stands behind it. */
  rest: Cursor;
}

/** A message in one literal. */
async function takeWhole(
  session: Session,
  command: Command,
  { mailbox, options, octets }: { mailbox: Mailbox; options: Options; octets: number },
): Promise<Taken | Reply> {
  const { literal } = command;
  if (literal === null) throw new BadSyntax('the message has to be a literal');
  const refusal = await refusalOf(session, mailbox, literal, octets);
  if (refusal !== null) return refusal;
  // RFC 6855 §4: such a message is a literal8.
  if (options.isUtf8 && !literal.isLiteral8) throw new BadSyntax('UTF8 needs a literal8');
  const received = await receive(session, command, literal);
  if (!('message' in received)) return received;
  const rest = new Cursor([received.line]);
  if (options.isUtf8) rest.expect(')');
  return { message: received.message, octets: literal.length, rest };
}

/** A message of several parts (RFC 4469). */
async function takeParts(
  session: Session,
  command: Command,
  { mailbox, parts, octets }: { mailbox: Mailbox; parts: Cursor; octets: number },
): Promise<Taken | Reply> {
  const { memory, spoolDirectory, disk, settings, db } = session.server;
  const maxSize = maxMessageSize(settings.current('sending'));
  const body = new IncomingBody({ maxSize, memory, spoolDirectory, disk });
  try {
    const rest = await readCatenation({ session, command, body, maxSize, tooBig }, parts);
    if ('status' in rest) return rest;
    if (body.received === 0) return no('the message is empty', 'CANNOT');
    const { limit, used } = await readQuota(db, mailbox.accountId);
    if (limit !== null && used + octets + body.received > limit) return overQuota;
    const message = await store(session, body, { isLiteral8: false });
    return 'blob' in message ? { message, octets: body.received, rest } : message;
  } finally {
    body.discard();
  }
}

/** `(\Seen) "17-Jul-1996 02:44:25 -0700" `, both of them optional. */
function readOptions(cursor: Cursor): Options {
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
  const parts = takeCatenate(cursor) ? cursor : null;
  return { flags, internalDate, parts, isUtf8: parts === null && takeUtf8(cursor) };
}

/** What stands behind a message of another one; null when there is none. */
function readFurther(cursor: Cursor): Options | null {
  if (!cursor.take(' ') || cursor.next === '') {
    cursor.end();
    return null;
  }
  const options = readOptions(cursor);
  if (options.parts === null && !cursor.isAtLiteral) throw new BadSyntax('the message has to be a literal');
  return options;
}

/** What can be refused before a single octet of the message is asked for; `before` are octets of those before it. */
async function refusalOf(
  { server }: Session,
  { accountId }: Mailbox,
  { length }: LiteralMarker,
  before: number,
): Promise<Reply | null> {
  // RFC 7889 §5: larger than APPENDLIMIT.
  if (length > maxMessageSize(server.settings.current('sending'))) return tooBig;
  // RFC 3502 §6.3.11: with an empty message a client takes back all that it has sent before.
  if (length === 0) return no('the message is empty', 'CANNOT');
  if (!server.disk.hasRoomFor(length)) return noRoom;
  const { limit, used } = await readQuota(server.db, accountId);
  return limit !== null && used + before + length > limit ? overQuota : null;
}

/**
 * Takes the message and the line behind it off the connection and makes the message durable; or says why not. Then
 * `command.literal` is the message that the line announces, which is still to come.
 */
async function receive(
  session: Session,
  command: Command,
  literal: LiteralMarker,
): Promise<{ message: StoredMessage; line: string } | Reply> {
  const { input, output, server } = session;
  const { memory, spoolDirectory, disk } = server;
  // Line ends that are made right take one octet more each.
  const body = new IncomingBody({ maxSize: 2 * literal.length, memory, spoolDirectory, disk });
  // What is binary has no lines (RFC 3516 §4.4).
  const lines = literal.isLiteral8 ? null : new CrlfLines();
  try {
    await invite(output, literal);
    for await (const part of input.stream(literal.length)) {
      body.write(lines === null ? part : lines.convert(part));
      if (body.busy) await body.busy;
    }
    command.literal = null;
    const line = await input.line(MAX_LINE);
    command.literal = literalMarker(line.isTooLong ? line.end : line.text);
    if (line.isTooLong) throw new BadSyntax('flags and date are too long');
    const message = await store(session, body, literal);
    return 'blob' in message ? { message, line: line.text } : message;
  } finally {
    body.discard();
  }
}

async function store(
  { server, log }: Session,
  body: IncomingBody,
  { isLiteral8 }: Pick<LiteralMarker, 'isLiteral8'>,
): Promise<StoredMessage | Reply> {
  try {
    const complete = await body.complete();
    // RFC 9051 §4.3: a literal holds no NUL; RFC 3516 §4.4: a literal8 does, but no client could fetch it with BODY.
    if (complete.scan.hasNul) return no('the message contains NUL', isLiteral8 ? 'UNKNOWN-CTE' : 'CANNOT');
    const id = uuidv7();
    const blob = await storeBody(server.blobs, id, complete);
    return { id, blob, sha256: complete.sha256, scan: complete.scan };
  } catch (error) {
    const isFull = isOutOfRoom(error);
    if (!isFull && !isTransient(error)) throw error;
    log.error({ err: error }, 'a message could not be stored');
    return isFull ? noRoom : tryAgain;
  }
}

function newMessage({ id, blob, sha256, scan }: StoredMessage, { flags, internalDate }: Options): NewMessage {
  const content = { id, blob, sha256, description: describeContent(scan) };
  return { content, flags: flags.system, keywords: flags.keywords, internalDate };
}

async function insert(
  session: Session,
  mailbox: Mailbox,
  messages: readonly NewMessage[],
  replaced: Replaced | null,
): Promise<Reply> {
  const { server } = session;
  const old = replaced && { mailboxId: replaced.selected.id, uid: replaced.uid };
  const appending =
    old === null
      ? server.appendMessages(mailbox.id, messages)
      : appendMessages(server.db, mailbox.id, messages, old);
  const outcome = await appending.catch((error: unknown) => {
    if (!isOutOfRoom(error)) throw error;
    session.log.error({ err: error }, 'the database has no room for a message');
    return noRoom;
  });
  if ('status' in outcome) return outcome;
  if (outcome.kind === 'expunged') {
    session.changed();
    return someExpunged;
  }
  if (outcome.kind !== 'appended') return outcome.kind === 'overQuota' ? overQuota : missing;
  for (const { content } of messages) server.metrics.appendedBytes.add(content.blob.length);
  if (replaced === null) return appended(session, mailbox.id, outcome);
  // RFC 8508 §3.3: the new UID is told before the old message goes.
  const { code } = appended(session, mailbox.id, outcome);
  session.output.text(`* OK [${code}] the replacement is there\r\n`);
  const gone = [{ mailboxId: replaced.selected.id, modSeq: outcome.replacedModSeq ?? outcome.modSeq }];
  announce(server, session.accountId, gone);
  session.changed();
  return ok('replaced');
}

function appended(
  session: Session,
  mailboxId: number,
  outcome: Extract<AppendOutcome, { kind: 'appended' }>,
): Reply {
  announce(session.server, session.accountId, [{ mailboxId, modSeq: outcome.modSeq }]);
  // RFC 9051 §6.3.12: the selected mailbox tells EXISTS.
  if (session.selected?.id === mailboxId) session.changed();
  // RFC 4315 §3: the UIDs in the order of the messages.
  return ok('appended', `APPENDUID ${outcome.uidValidity} ${formatSequenceSet(outcome.uids)}`);
}
