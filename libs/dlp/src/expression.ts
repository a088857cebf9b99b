// Regular expressions of rules, in RE2's syntax: its time grows with the length of the text alone, so that no rule and no
// mail can make a search last for ever. Back references and look-around are no part of it.
import type * as Re2 from 're2js';
import { type Find, MAX_FINDS } from './find.ts';

/** Octets of program a text is run through for each of its characters: more makes a mail last too long. */
const MAX_PROGRAM = 2000;
export const MAX_EXPRESSION = 500;

type Library = typeof Re2.RE2JS;
let library: Library | undefined;

/** Loaded when there is an expression; the library is for this alone. */
export async function loadExpressions(): Promise<void> {
  library ??= (await import('re2js')).RE2JS;
}

export type Expression = { isGood: true; find(text: string): Find[] } | { isGood: false; problem: string };

/** Call loadExpressions() first. */
export function compileExpression(source: string): Expression {
  if (library === undefined) throw new Error('loadExpressions() was not called');
  if (source.length > MAX_EXPRESSION) return bad(`longer than ${MAX_EXPRESSION} characters`);
  let compiled: Re2.RE2JS;
  try {
    compiled = library.compile(source, library.CASE_INSENSITIVE);
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error));
  }
  if (compiled.programSize() > MAX_PROGRAM)
    return bad('too large when its repetitions are counted out: repeat less');
  if (compiled.matches('') || compiled.matcher('').find())
    return bad('it finds the empty text, which is everywhere');
  return { isGood: true, find: (text) => findAll(compiled, text) };
}

function bad(problem: string): Expression {
  return { isGood: false, problem };
}

function findAll(compiled: Re2.RE2JS, text: string): Find[] {
  const matcher = compiled.matcher(text);
  const finds: Find[] = [];
  while (finds.length < MAX_FINDS && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    // Assertions alone (`\b`) find an empty place.
    if (end > start) finds.push({ start, end, value: text.slice(start, end).toLowerCase() });
  }
  return finds;
}
