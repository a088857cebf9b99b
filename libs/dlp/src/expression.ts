// Regular expressions of rules, in RE2's syntax: its time grows with the length of the text alone, so that no rule and no
// mail can make a search last for ever. Back references and look-around are no part of it.
import type * as Re2 from 're2js';
import { type Find, MAX_FINDS } from './find.ts';
import { StateTables } from './state-tables.ts';

/** Octets of program a text is run through for each of its characters: more makes a mail last too long. */
const MAX_PROGRAM = 2000;
export const MAX_EXPRESSION = 500;

type Library = typeof Re2.RE2JS;
let library: Library | undefined;
const tables = new StateTables((source) => compiled(source, loaded()));

/** Loaded when there is an expression; the library is for this alone. */
export async function loadExpressions(): Promise<void> {
  library ??= (await import('re2js')).RE2JS;
}

export type Expression = { isGood: true; find(text: string): Find[] } | { isGood: false; problem: string };

/** Call loadExpressions() first. */
export function compileExpression(source: string): Expression {
  if (source.length > MAX_EXPRESSION) return bad(`longer than ${MAX_EXPRESSION} characters`);
  const re2 = loaded();
  let expression: Re2.RE2JS;
  try {
    expression = compiled(source, re2);
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error));
  }
  if (expression.programSize() > MAX_PROGRAM)
    return bad('too large when its repetitions are counted out: repeat less');
  if (expression.matches('') || expression.matcher('').find())
    return bad('it finds the empty text, which is everywhere');
  return { isGood: true, find: (text) => (tables.mayFind(source, text) ? findAll(expression, text) : []) };
}

function loaded(): Library {
  if (library === undefined) throw new Error('loadExpressions() was not called');
  return library;
}

function compiled(source: string, re2: Library): Re2.RE2JS {
  return re2.compile(source, re2.CASE_INSENSITIVE);
}

function bad(problem: string): Expression {
  return { isGood: false, problem };
}

function findAll(expression: Re2.RE2JS, text: string): Find[] {
  const matcher = expression.matcher(text);
  const finds: Find[] = [];
  while (finds.length < MAX_FINDS && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    // Assertions alone (`\b`) find an empty place.
    if (end > start) finds.push({ start, end, value: text.slice(start, end).toLowerCase() });
  }
  return finds;
}
