// Runs a transcript: a dialogue of a line protocol as a text file, against any host and port.
//
//   # a comment            an empty line is skipped too
//   C: EHLO client.test    the client sends this line (and CRLF)
//   S: 250-$host greets *  the server's next line must match
//   S: ...                 any number of lines, up to the one that the next S: line matches
//   C!: "raw \u0000 bytes" sends exactly this JSON string, one byte a character, without CRLF
//   C: <close>  S: <close> the client closes; the server has closed
//   C: <tls>               the client starts TLS on this connection (after STARTTLS was answered)
//   C2: / S2:              a second connection (up to 9), opened at its first use
//
// `$name` (lower-case first) binds what it matches on first use and stands for it afterwards; `$$` is a dollar.
// `*` matches anything, except that `* ` at the start of a line is itself, as IMAP's untagged answers need it.
import { readFile } from 'node:fs/promises';
import { openConnection } from './transcript-connection.ts';
import type { Connection, TranscriptTarget } from './transcript-connection.ts';

interface Step {
  lineNumber: number;
  /** 'S', 'C' or 'C!' */
  kind: string;
  connection: number;
  text: string;
}

export class TranscriptError extends Error {
  override name = 'TranscriptError';
}

export interface TranscriptOptions extends TranscriptTarget {
  /** Values that are bound before the first line. */
  variables?: Record<string, string>;
}

/** Runs the transcript in a file. */
export async function transcriptFile(
  path: string | URL,
  options: TranscriptOptions,
): Promise<Record<string, string>> {
  return transcript(await readFile(path, 'utf8'), options);
}

/** Runs the dialogue and returns what its names are bound to; throws TranscriptError at the first difference. */
export async function transcript(text: string, options: TranscriptOptions): Promise<Record<string, string>> {
  const steps = parseTranscript(text);
  const bound = new Map(Object.entries(options.variables ?? {}));
  const connections = new Map<number, Connection>();
  const said: string[] = [];
  try {
    for (const [index, step] of steps.entries()) {
      let connection = connections.get(step.connection);
      if (!connection) connections.set(step.connection, (connection = await openConnection(options)));
      if (step.kind === 'S') await expectLines(connection, step, steps[index + 1], bound, said);
      else await send(connection, step, bound, said);
    }
    for (const [number, connection] of connections) {
      const unread = connection.unread();
      if (unread.length > 0) throw new Error(`connection ${number} has said more:\n${unread.join('\n')}`);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TranscriptError(`${message}\n\nThe dialogue so far:\n${said.join('\n')}`, { cause: error });
  } finally {
    for (const connection of connections.values()) connection.destroy();
  }
  return Object.fromEntries(bound);
}

/** Splits the text into steps; throws on a line that is none, with its number. */
export function parseTranscript(text: string): Step[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const trimmed = line.trimStart();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const parts = /^(C!|[CS])([1-9])?(!)?:(?: (.*))?$/.exec(trimmed);
    const [, letter = '', number, raw = '', rest = ''] = parts ?? [];
    if (!parts || (letter === 'S' && raw)) {
      throw new TranscriptError(`line ${index + 1} is no transcript line (C:, S:, C!:, #): ${trimmed}`);
    }
    const kind = letter + raw;
    return [{ lineNumber: index + 1, kind, connection: Number(number ?? 1), text: rest }];
  });
}

async function send(
  connection: Connection,
  step: Step,
  bound: Map<string, string>,
  said: string[],
): Promise<void> {
  if (step.text === '<close>') return connection.end();
  if (step.text === '<tls>') return connection.startTls();
  const text = substitute(step.text, bound, step.lineNumber);
  said.push(`C${step.connection}: ${text}`);
  if (step.kind === 'C!') connection.write(Buffer.from(JSON.parse(text) as string, 'latin1'));
  else connection.write(Buffer.from(`${text}\r\n`, 'utf8'));
}

async function expectLines(
  connection: Connection,
  step: Step,
  next: Step | undefined,
  bound: Map<string, string>,
  said: string[],
): Promise<void> {
  if (step.text === '...') {
    if (!next || next.kind !== 'S' || next.connection !== step.connection || next.text === '...') {
      throw new Error(`line ${step.lineNumber}: "S: ..." needs an S: line of the same connection after it`);
    }
    if (next.text === '<close>') return connection.discardUntilClose();
    while (!matches(next, await peek(connection, next, said), new Map(bound))) {
      said.push(`S${step.connection}: ${await connection.line()}`);
    }
    return;
  }
  if (step.text === '<close>') {
    const more = await connection.lineOrClose();
    if (more !== undefined) throw new Error(`line ${step.lineNumber}: expected the end, got: ${more}`);
    return;
  }
  const line = await peek(connection, step, said);
  await connection.line();
  said.push(`S${step.connection}: ${line}`);
  if (!matches(step, line, bound)) {
    throw new Error(`line ${step.lineNumber}:\n  expected: ${step.text}\n  got:      ${line}`);
  }
}

async function peek(connection: Connection, step: Step, said: string[]): Promise<string> {
  try {
    return await connection.peek();
  } catch (error) {
    said.push(`S${step.connection}: ?`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`line ${step.lineNumber}: expected: ${step.text}\n  got: ${reason}`, { cause: error });
  }
}

function substitute(text: string, bound: Map<string, string>, lineNumber: number): string {
  return text.replace(namePattern, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    const value = bound.get(name);
    if (value === undefined) throw new Error(`line ${lineNumber}: ${whole} is not bound yet`);
    return value;
  });
}

const namePattern = /\$\$|\$([a-z][A-Za-z0-9]*)/g;

/** Whether the line matches; binds the names that it is the first to use. */
function matches(step: Step, line: string, bound: Map<string, string>): boolean {
  const names: string[] = [];
  let source = '';
  let rest = step.text;
  if (rest.startsWith('* ')) {
    source = '\\* ';
    rest = rest.slice(2);
  }
  for (const part of rest.split(/(\$\$|\$[a-z][A-Za-z0-9]*|\*)/)) {
    if (part === '*') source += '.*';
    else if (part === '$$') source += '\\$';
    else if (/^\$[a-z]/.test(part)) source += namedPart(part.slice(1), names, bound);
    else source += RegExp.escape(part);
  }
  const found = new RegExp(`^${source}$`, 's').exec(line);
  if (!found) return false;
  for (const [index, name] of names.entries()) bound.set(name, found[index + 1] ?? '');
  return true;
}

function namedPart(name: string, names: string[], bound: Map<string, string>): string {
  const value = bound.get(name);
  if (value !== undefined) return RegExp.escape(value);
  const earlier = names.indexOf(name);
  if (earlier >= 0) return `\\${earlier + 1}(?!\\d)`;
  names.push(name);
  return '(\\S+?)';
}
