// A look at a mail: what its files are, what the searches find in its texts, its fingerprint, and what nobody could read.
// Pure: the same octets and searches give the same sight. It may take long; it runs in a thread that can be ended.
import { detect, type DetectorName } from './detectors.ts';
import { compileExpression, type Expression, loadExpressions } from './expression.ts';
import { extractMail } from './extract/extract.ts';
import type { Limits, SeenFile, Unread } from './extract/extraction.ts';
import { excerpt, type Find } from './find.ts';
import { type Prints, prints } from './fingerprint.ts';
import { type StemmedWord, stemmedWords, WordList } from './words.ts';

export type Search =
  | { kind: 'words'; terms: readonly string[] }
  | { kind: 'expression'; expression: string }
  | { kind: 'detector'; detector: DetectorName };

export interface Task {
  mail: Uint8Array;
  searches: readonly Search[];
  /** Whether it is compared with protected documents. */
  needsFingerprint: boolean;
  limits: Partial<Limits>;
}

export interface Findings {
  /** Distinct finds. */
  count: number;
  /** Of the first ones, with numbers masked. */
  excerpts: string[];
}

export interface Sight {
  files: SeenFile[];
  unread: Unread[];
  /** In the order of the searches. */
  findings: Findings[];
  /** Of each text; empty when none was asked for. */
  fingerprints: { text: string; prints: Prints }[];
}

const MAX_EXCERPTS = 3;
/** Searches that stay compiled. */
const MAX_COMPILED = 500;

interface Text {
  text: string;
  /** Made when the first list asks. */
  words(): readonly StemmedWord[];
}

type Finder = (text: Text) => Find[];

export async function look({ mail, searches, needsFingerprint, limits }: Task): Promise<Sight> {
  const { files, texts, unread } = await extractMail(
    Buffer.from(mail.buffer, mail.byteOffset, mail.length),
    limits,
  );
  if (searches.some(({ kind }) => kind === 'expression')) await loadExpressions();
  const all = texts.map((text) => ({ text, words: once(() => stemmedWords(text)) }));
  return {
    files,
    unread,
    findings: searches.map((search) => searched(search, all)),
    fingerprints: needsFingerprint ? texts.map((text) => ({ text, prints: prints(text) })) : [],
  };
}

function searched(search: Search, texts: readonly Text[]): Findings {
  const find = finderOf(search);
  const excerpts = new Map<string, string>();
  const values = new Set<string>();
  for (const text of texts) {
    for (const one of find(text)) {
      if (values.has(one.value)) continue;
      values.add(one.value);
      const isSecret = search.kind !== 'words';
      if (excerpts.size < MAX_EXCERPTS) excerpts.set(one.value, excerpt(text.text, one, isSecret));
    }
  }
  return { count: values.size, excerpts: [...excerpts.values()] };
}

const compiled = new Map<string, Finder>();

function finderOf(search: Search): Finder {
  const key = JSON.stringify(search);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const finder = compile(search);
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(key, finder);
  return finder;
}

function compile(search: Search): Finder {
  if (search.kind === 'detector') return ({ text }) => detect(search.detector, text);
  if (search.kind === 'words') {
    const list = new WordList(search.terms);
    return (text) => list.find(text.words());
  }
  const expression = compileExpression(search.expression);
  return ({ text }) => good(expression).find(text);
}

/** Expressions are checked when a rule is saved. */
function good(expression: Expression): Extract<Expression, { isGood: true }> {
  if (!expression.isGood) throw new Error(`a rule has a bad expression: ${expression.problem}`);
  return expression;
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
