// Reads one command with its literals (RFC 9051 §2.2.1, RFC 7888), within limits, and without losing its place:
// whatever is refused, the next command starts where the client thinks it does, or the connection ends.
import type { SocketInput, SocketOutput } from '@pochtar/runtime';
import { bad, Bye, no, type Reply } from './reply.ts';
import { BadSyntax, Cursor, literalMarker, type LiteralMarker, type Piece } from './syntax/cursor.ts';

export interface Command {
  tag: string;
  /** In capitals; `UID FETCH` and the like are one name. */
  name: string;
  /** Behind the name. */
  cursor: Cursor;
  /** APPEND: the message, which the client has not sent, or not yet been allowed to. */
  literal: LiteralMarker | null;
}

export type ReadResult =
  | { kind: 'command'; command: Command }
  | { kind: 'refused'; tag: string; reply: Reply };

export interface ReadLimits {
  /** Octets of all lines of a command together. */
  line: number;
  /** Octets of all literals of a command together, the message of APPEND aside. */
  literals: number;
  /** Octets of a literal that comes unasked. */
  unasked: number;
  /** Octets of a refused command that come unasked, and are read and thrown away; beyond, the connection ends. */
  discarded: number;
}

/** Behind a literal that is thrown away only the end of a line matters. */
const MAX_SHOWN = 64;

/** The whole command, the message of APPEND aside, must be there within the time-out of the input. */
export async function readCommand(
  input: SocketInput,
  output: SocketOutput,
  limits: ReadLimits,
): Promise<ReadResult> {
  const deadline = Date.now() + input.timeoutMs;
  const pieces: Piece[] = [];
  let lineLeft = limits.line;
  let literalLeft = limits.literals;
  for (;;) {
    const line = await input.line(lineLeft, deadline);
    if (line.isTooLong) return refuseLine(pieces.length > 0 ? pieces : [line.start], line.end);
    lineLeft -= line.text.length;
    pieces.push(line.text);
    const marker = literalMarker(line.text);
    if (marker === null) return parsed(pieces, null);
    const command = startOfAppend(pieces);
    if (command?.kind === 'refused') return refuseLiteral(input, marker, limits, command);
    if (command !== null) return parsed(pieces, marker);
    const isUnaskedTooLong = marker.isNonSynchronizing && marker.length > limits.unasked;
    if (marker.length > literalLeft || isUnaskedTooLong) {
      // RFC 7888 §5: with LITERAL- a longer one is BAD.
      const reply = (isUnaskedTooLong ? bad : no)('literal too large', 'TOOBIG');
      return refuseLiteral(input, marker, limits, { tag: tagOf(pieces), reply });
    }
    literalLeft -= marker.length;
    await invite(output, marker);
    pieces.push(await input.octets(marker.length, deadline));
  }
}

/** RFC 9051 §4.3: the client of a synchronizing literal waits for this. */
export async function invite(output: SocketOutput, marker: LiteralMarker): Promise<void> {
  if (marker.isNonSynchronizing) return;
  output.text('+ send it\r\n');
  await output.flush();
}

/**
 * Takes a literal that came unasked off the connection, and all that the command goes on with behind it: lines and
 * more literals, as many as there are. Ends the connection when that is more than `most` octets.
 */
export async function discardLiteral(input: SocketInput, marker: LiteralMarker, most: number): Promise<void> {
  const deadline = Date.now() + input.timeoutMs + most;
  let left = most;
  let next: LiteralMarker | null = marker;
  // RFC 7888 §4: a synchronizing literal that was refused is never sent.
  while (next?.isNonSynchronizing) {
    left -= next.length;
    if (left < 0) throw new Bye('literal too large', 'TOOBIG');
    for await (const part of input.stream(next.length, deadline)) void part;
    const line = await input.line(MAX_SHOWN, deadline);
    left -= line.isTooLong ? line.length : line.text.length;
    next = literalMarker(line.isTooLong ? line.end : line.text);
  }
}

async function refuseLiteral(
  input: SocketInput,
  marker: LiteralMarker,
  { discarded }: ReadLimits,
  { tag, reply }: { tag: string; reply: Reply },
): Promise<ReadResult> {
  await discardLiteral(input, marker, discarded);
  return { kind: 'refused', tag, reply };
}

function refuseLine(pieces: readonly Piece[], end: string): ReadResult {
  // The octets behind such a line would be read as commands.
  if (literalMarker(end)?.isNonSynchronizing) throw new Bye('command line too long', 'TOOBIG');
  return { kind: 'refused', tag: tagOf(pieces), reply: bad('command line too long', 'TOOBIG') };
}

function tagOf(pieces: readonly Piece[]): string {
  try {
    return new Cursor(pieces).tag();
  } catch {
    return '*';
  }
}

function parsed(pieces: readonly Piece[], literal: LiteralMarker | null): ReadResult {
  const cursor = new Cursor(withoutTrailingBlanks(pieces));
  let tag = '*';
  try {
    tag = cursor.tag();
    cursor.space();
    let name = cursor.word();
    if (name === 'UID') {
      cursor.space();
      name = `UID ${cursor.word()}`;
    }
    return { kind: 'command', command: { tag, name, cursor, literal } };
  } catch (error) {
    if (!(error instanceof BadSyntax)) throw error;
    return { kind: 'refused', tag, reply: bad(error.message) };
  }
}

/** Blanks at the end of a command mean nothing, and some clients send them. */
function withoutTrailingBlanks(pieces: readonly Piece[]): readonly Piece[] {
  const last = pieces.at(-1);
  if (typeof last !== 'string' || !last.endsWith(' ')) return pieces;
  return [...pieces.slice(0, -1), last.replace(/ +$/, '')];
}

/** Commands that end with a message. */
const TAKES_MESSAGE: readonly string[] = ['APPEND', 'REPLACE', 'UID REPLACE'];

type AppendStart = null | { kind: 'message' } | { kind: 'refused'; tag: string; reply: Reply };

/** Whether the literal these pieces end with is the message of an APPEND; its arguments before are read ahead. */
function startOfAppend(pieces: readonly Piece[]): AppendStart {
  const read = parsed(pieces, null);
  if (read.kind === 'refused' || !TAKES_MESSAGE.includes(read.command.name)) return null;
  const { tag, cursor, name } = read.command;
  try {
    cursor.space();
    // RFC 8508 §3.1: which message is replaced.
    if (name !== 'APPEND') {
      cursor.sequenceSet();
      cursor.space();
    }
    // The mailbox may be a literal itself.
    if (cursor.isAtLiteral) return null;
    cursor.astring();
    cursor.space();
    return isAtMessage(cursor) ? { kind: 'message' } : null;
  } catch (error) {
    if (!(error instanceof BadSyntax)) throw error;
    return { kind: 'refused', tag, reply: bad(error.message) };
  }
}

/**
 * RFC 9051 §6.3.12: whether the literal is a message, or a text of one that is put together (RFC 4469 §5), which are taken as
 * they come. Everything before it is passed by: the command reads it again.
 */
function isAtMessage(cursor: Cursor): boolean {
  for (;;) {
    passOptions(cursor);
    if (cursor.isAtLiteral) return true;
    if (!takeCatenate(cursor)) return false;
    // Messages that need nothing from the client may stand before it (RFC 3502).
    const isText = isAtText(cursor);
    if (isText !== null) return isText;
    cursor.space();
  }
}

function passOptions(cursor: Cursor): void {
  if (cursor.next === '(') {
    cursor.list(() => cursor.until(' ()'));
    cursor.space();
  }
  if (cursor.next === '"') {
    cursor.string();
    cursor.space();
  }
  takeUtf8(cursor);
}

/** Among the parts of a message. False: the literal is a URL, a string like others. Null: it is behind these parts. */
function isAtText(cursor: Cursor): boolean | null {
  for (;;) {
    const word = cursor.word();
    cursor.space();
    if (word === 'UTF8') cursor.expect('(');
    if (word !== 'URL') return cursor.isAtLiteral;
    if (cursor.isAtLiteral) return false;
    cursor.astring();
    if (cursor.take(')')) return null;
    cursor.space();
  }
}

/** `CATENATE (` before the parts of a message. */
export function takeCatenate(cursor: Cursor): boolean {
  if (!cursor.takeWord('CATENATE')) return false;
  cursor.space();
  cursor.expect('(');
  return true;
}

/** RFC 6855 §4: `UTF8 (` before a message of which the header may be UTF-8; `)` stands behind it. */
export function takeUtf8(cursor: Cursor): boolean {
  if (!cursor.takeWord('UTF8')) return false;
  cursor.space();
  cursor.expect('(');
  return true;
}
