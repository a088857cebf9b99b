// Words, phrases and dictionaries: found in every form of the word (Russian and English endings), in any case, in look-alike
// letters, with any blanks and signs between the words of a phrase.
import { type Find, MAX_FINDS } from './find.ts';
import { spellings, wordsOf } from './fold.ts';
import { stemEnglish } from './stem-english.ts';
import { stemRussian } from './stem-russian.ts';

/** Longer words have no stem worth its time. */
const MAX_STEMMED = 40;
/** Words whose stems are remembered. */
const MAX_REMEMBERED = 20_000;

const remembered = new Map<string, readonly string[]>();

/** The stems a written word may have: one for each alphabet that it can be read in. */
function stems(word: string): readonly string[] {
  const known = remembered.get(word);
  if (known !== undefined) return known;
  const found = spellings(word).map(stem);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(word, found);
  return found;
}

function stem(word: string): string {
  if (word.length > MAX_STEMMED) return word;
  if (/^[а-я]+$/.test(word)) return stemRussian(word);
  return /^[a-z]+$/.test(word) ? stemEnglish(word) : word;
}

/** A word of a text, by its place and what it may be. */
export interface StemmedWord {
  start: number;
  end: number;
  stems: readonly string[];
}

/** The words of a clean text, for every list that looks for some of them. */
export function stemmedWords(text: string): StemmedWord[] {
  const words: StemmedWord[] = [];
  for (const word of wordsOf(text)) words.push({ start: word.start, end: word.end, stems: stems(word.text) });
  return words;
}

interface Term {
  term: string;
  /** Each word by its possible stems. */
  words: readonly ReadonlySet<string>[];
}

export class WordList {
  /** Terms by the stems their first word may have. */
  readonly #first = new Map<string, Term[]>();

  constructor(terms: readonly string[]) {
    for (const term of terms) this.#add(term);
  }

  /** Each term that stands in the text, once for each place. */
  find(words: readonly StemmedWord[]): Find[] {
    const finds: Find[] = [];
    for (const [index, word] of words.entries()) {
      for (const start of word.stems) {
        for (const term of this.#first.get(start) ?? []) {
          const isHere = term.words.every((wanted, offset) =>
            words[index + offset]?.stems.some((one) => wanted.has(one)),
          );
          const end = words[index + term.words.length - 1]?.end ?? word.end;
          const last = finds.at(-1);
          // Its first word may be read in two alphabets.
          if (!isHere || (last?.start === word.start && last.value === term.term)) continue;
          finds.push({ start: word.start, end, value: term.term });
          if (finds.length === MAX_FINDS) return finds;
        }
      }
    }
    return finds;
  }

  #add(term: string): void {
    const words = [...wordsOf(term)].map(({ text }) => new Set(stems(text)));
    const [first] = words;
    if (first === undefined) return;
    for (const start of first) {
      const others = this.#first.get(start);
      if (others === undefined) this.#first.set(start, [{ term, words }]);
      else others.push({ term, words });
    }
  }
}
