// Fingerprints of texts by winnowing (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: local algorithms for document
// fingerprinting", 2003): of the hashes of all runs of five words, the least of every four that follow each other. Two texts
// that have eight words in a row in common have a fingerprint in common, wherever the words stand; a text costs about
// two fingerprints for five words.
//
// Words are compared by their skeleton (fold.ts): format, charset, case and look-alike letters make no difference.
import { skeleton, wordsOf } from './fold.ts';

const RUN = 5;
const WINDOW = 4;
/** Words at either end of a stretch that its fingerprints need not reach. */
export const SLACK = RUN + 2 * WINDOW - 1;

export interface Mark {
  hash: bigint;
  /** The first word of its run, counted from 0. */
  word: number;
}

export interface Fingerprint {
  words: number;
  marks: Mark[];
}

/** All marks of a text with their places, in columns: there may be a million, and they cross from a thread. */
export interface Prints {
  words: number;
  hashes: BigInt64Array<ArrayBuffer>;
  /** The first word of each run, counted from 0. */
  firsts: Uint32Array;
  /** The run in the text. */
  starts: Uint32Array;
  ends: Uint32Array;
}

export function fingerprint(text: string): Fingerprint {
  const { words, hashes, firsts } = prints(text);
  return { words, marks: Array.from(firsts, (word, index) => ({ hash: hashes[index] ?? 0n, word })) };
}

export function prints(text: string): Prints {
  const starts: number[] = [];
  const ends: number[] = [];
  const high: number[] = [];
  const low: number[] = [];
  for (const word of wordsOf(text)) {
    starts.push(word.start);
    ends.push(word.end);
    const folded = skeleton(word.text);
    high.push(hashWord(folded, 0x811c9dc5));
    low.push(hashWord(folded, 0x9e3779b9));
  }
  const runs = { high: hashRuns(high), low: hashRuns(low) };
  // The same words over and over are one mark.
  const isNew = (word: number, before: number | undefined): boolean =>
    before === undefined || runs.high[word] !== runs.high[before] || runs.low[word] !== runs.low[before];
  const firsts = Uint32Array.from(chosen(runs).filter((word, index, all) => isNew(word, all[index - 1])));
  const hashes = new BigInt64Array(firsts.length);
  const halves = new DataView(hashes.buffer);
  for (const [index, word] of firsts.entries()) {
    halves.setUint32(index * 8 + LOW_HALF, runs.low[word] ?? 0, isLittleEndian);
    halves.setUint32(index * 8 + 4 - LOW_HALF, runs.high[word] ?? 0, isLittleEndian);
  }
  return {
    ...{ words: starts.length, hashes, firsts },
    starts: firsts.map((word) => starts[word] ?? 0),
    ends: firsts.map((word) => ends[word + RUN - 1] ?? 0),
  };
}

/** Numbers of 64 bits lie in memory as the machine has them; made one by one they would take most of the time. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const LOW_HALF = isLittleEndian ? 0 : 4;

/** FNV-1a over UTF-16 units. */
function hashWord(word: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return scrambled(hash);
}

function hashRuns(words: readonly number[]): Uint32Array {
  const runs = new Uint32Array(Math.max(0, words.length - RUN + 1));
  for (let at = 0; at < runs.length; at++) {
    let hash = 0;
    for (let word = at; word < at + RUN; word++) hash = Math.imul(hash, 0x85ebca6b) + (words[word] ?? 0);
    runs[at] = scrambled(hash);
  }
  return runs;
}

/** The last step of MurmurHash3: every bit of the input changes half of the output. */
function scrambled(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Of every window the least run, the last of equals; of a text shorter than a window the least of all. */
function chosen({ high, low }: { high: Uint32Array; low: Uint32Array }): number[] {
  const isLess = (a: number, b: number): boolean => {
    const difference = (high[a] ?? 0) - (high[b] ?? 0);
    return difference === 0 ? (low[a] ?? 0) < (low[b] ?? 0) : difference < 0;
  };
  const found: number[] = [];
  let least = -1;
  for (let end = Math.min(WINDOW, high.length) - 1; end >= 0 && end < high.length; end++) {
    const start = Math.max(0, end - WINDOW + 1);
    if (least < start) {
      least = start;
      for (let at = start + 1; at <= end; at++) if (!isLess(least, at)) least = at;
    } else if (!isLess(least, end)) least = end;
    if (found.at(-1) !== least) found.push(least);
  }
  return found;
}

/** What is kept of a protected document: each fingerprint once, with the words from it to the next one. */
export interface KeptMark {
  hash: bigint;
  words: number;
}

/** Of one document; the fingerprints of some 250,000 words are fewer. */
const MAX_KEPT = 100_000;

export function keptMarks({ words, marks }: Fingerprint, most = MAX_KEPT): KeptMark[] {
  const spans = new Map<bigint, number>();
  const kept = thinned(marks, most);
  for (const [index, { hash, word }] of kept.entries()) {
    const next = kept[index + 1]?.word ?? Math.min(words, word + RUN);
    spans.set(hash, (spans.get(hash) ?? 0) + next - word);
  }
  return [...spans].map(([hash, span]) => ({ hash, words: span }));
}

/**
 * Above that every second one is left out, and every second of the others, until they fit; each stands for more words then. The
 * hash tells which: a mail is compared as ever.
 */
function thinned(marks: readonly Mark[], most: number): readonly Mark[] {
  let kept = marks;
  for (let mask = 1n; new Set(kept.map(({ hash }) => hash)).size > most; mask = mask * 2n + 1n) {
    kept = kept.filter(({ hash }) => (hash & mask) === 0n);
  }
  return kept;
}

/** Fewer fingerprints in common are chance, or a phrase that everybody writes. */
const MIN_COMMON = 3;

/** How many percent of a document of so many words a text has that shares these of its marks; 0 when it may be chance. */
export function sharePercent(documentWords: number, common: readonly KeptMark[]): number {
  if (common.length < MIN_COMMON) return 0;
  const shared = common.reduce((sum, { words }) => sum + words, 0) + SLACK;
  return Math.min(100, Math.round((shared * 100) / Math.max(1, documentWords)));
}
