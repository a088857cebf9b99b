// A message that is put together on the server (CATENATE, RFC 4469): of what the client sends, and of parts of messages that
// are here. What comes is taken as it comes, what is here is read as it is needed.
import { CrlfLines } from '@pochtar/mail';
import { type IncomingBody, isOutOfRoom } from '@pochtar/service';
import { BlobMissing } from '@pochtar/store/blob';
import { fetchMessages } from '@pochtar/store/mailbox';
import type { Session } from '../command.ts';
import { type Command, invite } from '../command-reader.ts';
import { requireMailbox } from '../commands/select-examine.ts';
import { neededColumns, type SectionItem } from '../fetch/fetch-items.ts';
import { MessageBytes } from '../fetch/message-bytes.ts';
import { type SectionBytes, sectionBytes } from '../fetch/section-bytes.ts';
import { no, type Reply } from '../reply.ts';
import { BadSyntax, Cursor, literalMarker, type LiteralMarker } from '../syntax/cursor.ts';
import { type MessageUrl, parseMessageUrl } from './message-url.ts';

/** Parts of one message. */
const MAX_PARTS = 200;
const MAX_LINE = 8192;

interface Catenation {
  session: Session;
  command: Command;
  body: IncomingBody;
  /** Octets that the message may have. */
  maxSize: number;
  tooBig: Reply;
}

/** RFC 4469 §4: which part is not there. */
function badUrl(url: string): Reply {
  return no('there is no such part of a message', `BADURL ${url.replace(/[^!-Z^-~]/g, encodeURIComponent)}`);
}

/**
 * Everything from the first part to the closing bracket; where the command goes on behind it. `cursor` stands behind the opening
 * bracket.
 */
export async function readCatenation(catenation: Catenation, cursor: Cursor): Promise<Cursor | Reply> {
  let at = cursor;
  for (let count = 1; ; count++) {
    if (count > MAX_PARTS) return no('too many parts', 'LIMIT');
    const word = at.word();
    at.space();
    const next: Cursor | Reply =
      word === 'TEXT' || word === 'UTF8'
        ? await readText(catenation, at, word === 'UTF8')
        : word === 'URL'
          ? await readUrl(catenation, at)
          : unknownPart();
    if ('status' in next) return next;
    at = next;
    if (catenation.body.isTooLarge) return catenation.tooBig;
    if (at.take(')')) return at;
    at.space();
  }
}

function unknownPart(): never {
  throw new BadSyntax('TEXT or URL expected');
}

/** Octets that the client sends. */
async function readText(catenation: Catenation, cursor: Cursor, isUtf8: boolean): Promise<Cursor | Reply> {
  const { session, command, body, maxSize, tooBig } = catenation;
  // RFC 6855 §4
  if (isUtf8) cursor.expect('(');
  const literal = awaited(command, cursor);
  if (isUtf8 && !literal.isLiteral8) throw new BadSyntax('UTF8 needs a literal8');
  if (body.received + literal.length > maxSize) return tooBig;
  await invite(session.output, literal);
  const lines = literal.isLiteral8 ? null : new CrlfLines();
  for await (const part of session.input.stream(literal.length)) {
    body.write(lines === null ? part : lines.convert(part));
    if (body.busy) await body.busy;
  }
  const next = await readOn(session, command);
  if (isUtf8) next.expect(')');
  return next;
}

/** The literal that the line ends with. */
function awaited(command: Command, cursor: Cursor): LiteralMarker {
  const { literal } = command;
  if (literal === null || !cursor.isAtLiteral) throw new BadSyntax('a literal expected');
  return literal;
}

/** The line behind a literal that has come. */
async function readOn({ input }: Session, command: Command): Promise<Cursor> {
  command.literal = null;
  const line = await input.line(MAX_LINE);
  command.literal = literalMarker(line.isTooLong ? line.end : line.text);
  if (line.isTooLong) throw new BadSyntax('the line is too long');
  return new Cursor([line.text]);
}

async function readUrl(catenation: Catenation, cursor: Cursor): Promise<Cursor | Reply> {
  const { session, command, body } = catenation;
  let next = cursor;
  let text: string;
  if (command.literal !== null && cursor.isAtLiteral) {
    const literal = awaited(command, cursor);
    if (literal.length > MAX_LINE) return badUrl('');
    await invite(session.output, literal);
    text = (await session.input.octets(literal.length)).toString('latin1');
    next = await readOn(session, command);
  } else text = cursor.astring();
  const url = parseMessageUrl(text);
  const bytes = url === null ? null : await find(session, url);
  if (bytes === null) return badUrl(text);
  try {
    if (bytes.kind === 'memory') body.write(Buffer.from(bytes.octets));
    else {
      for await (const piece of bytes.open()) {
        body.write(Buffer.from(piece));
        if (body.busy) await body.busy;
        if (body.isTooLarge) return catenation.tooBig;
      }
    }
  } catch (error) {
    if (!(error instanceof BlobMissing) || isOutOfRoom(error)) throw error;
    return badUrl(text);
  }
  return next;
}

type Octets = Extract<SectionBytes, { kind: 'memory' | 'stream' }>;

/** Null: there is no such message, or it has no such part. */
async function find(session: Session, url: MessageUrl): Promise<Octets | null> {
  const { server, selected } = session;
  const mailbox = url.mailbox === null ? selected : await requireMailbox(session, url.mailbox);
  // RFC 4469 §3, RFC 5092 §6: of another UIDVALIDITY it is another message.
  if (mailbox === null || (url.uidValidity !== null && url.uidValidity !== mailbox.uidValidity)) return null;
  const item: SectionItem = {
    ...{ kind: 'section', section: url.section, partial: url.partial },
    ...{ label: '', setsSeen: false },
  };
  for await (const page of fetchMessages(server.db, mailbox.id, [url.uid], neededColumns([item]))) {
    const [content] = page.contents;
    if (content === undefined) continue;
    const found = await sectionBytes(new MessageBytes(server.blobs, server.db, content), content, item);
    return found.kind === 'memory' || found.kind === 'stream' ? found : null;
  }
  return null;
}
