// One text for what looks the same to a reader. Who wants a word through writes it full-width, with invisible characters
// in it, or with letters of another alphabet that look the same; none of that may hide it.
//
// `clean` is for everything that is searched; excerpts are cut out of it. `spellings` and `skeleton` are of a single word.

/** What no reader sees (soft hyphen, zero-width characters, variation selectors, tags), and accents put over letters. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u0300-\u036f]/gu;
/** Line ends and tabs stay. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g; // oxlint-disable-line no-control-regex
const NOT_ASCII = /[^\u0000-\u007f]/; // oxlint-disable-line no-control-regex

/** The text in one form of Unicode (NFKC), without what is invisible. */
export function clean(text: string): string {
  const visible = NOT_ASCII.test(text) ? text.normalize('NFKC').replace(INVISIBLE, '') : text;
  return visible.replace(CONTROLS, ' ');
}

/** Letters that look like Latin ones, in capitals or small. */
const FROM_OTHERS = pairs('αa βb εe ηh ιi κk μm νv οo ρp τt υy χx ζz ıi ɑa ɡg օo սu ոn');
const LATIN_OF_CYRILLIC = pairs('аa вb еe зz іi јj кk мm нh оo рp сc тt уy хx ѕs һh ԁd ԛq ԝw ӏl');
const CYRILLIC_OF_LATIN = pairs('aа bв eе kк mм hн oо pр cс tт yу xх');
const PLAIN_LATIN = /^[a-z0-9]*$/;
const ONLY_CYRILLIC = /^[\u0400-\u04ff0-9]*$/;
const HAS_LETTER_AND_ZERO = /\p{L}.*0|0.*\p{L}/u;

function pairs(list: string): ReadonlyMap<string, string> {
  return new Map(list.split(' ').map((pair) => [pair[0] ?? '', pair[1] ?? '']));
}

function mapped(word: string, table: ReadonlyMap<string, string>): string {
  let text = '';
  for (const char of word) text += table.get(char) ?? char;
  return text;
}

function lower(word: string): string {
  const small = word.toLowerCase();
  const plain = PLAIN_LATIN.test(small) ? small : mapped(small.replaceAll('ё', 'е'), FROM_OTHERS);
  return HAS_LETTER_AND_ZERO.test(plain) ? plain.replaceAll('0', 'o') : plain;
}

/**
 * The words a written one may be read as, one for an alphabet: `сор` is also the Latin `cop`, `дoговор` with a Latin o is
 * only the Russian word. Never empty; a word of letters that have no counterpart stays as it is.
 */
export function spellings(word: string): readonly string[] {
  const small = lower(word);
  const latin = PLAIN_LATIN.test(small) ? small : mapped(small, LATIN_OF_CYRILLIC);
  const cyrillic = ONLY_CYRILLIC.test(small) ? small : mapped(small, CYRILLIC_OF_LATIN);
  const found: string[] = [];
  if (ONLY_CYRILLIC.test(cyrillic)) found.push(cyrillic);
  if (PLAIN_LATIN.test(latin) && latin !== cyrillic) found.push(latin);
  return found.length > 0 ? found : [small];
}

/** The same for all words that look the same, whatever they mean: for comparing texts, not for reading them. */
export function skeleton(word: string): string {
  const small = lower(word);
  return PLAIN_LATIN.test(small) ? small : mapped(small, LATIN_OF_CYRILLIC);
}

export interface Word {
  text: string;
  start: number;
  end: number;
}

const LETTER_OR_DIGIT = /^[\p{L}\p{N}]$/u;
/** For each unit of UTF-16 whether it belongs to a word, once that is known; halves of larger characters have no place here. */
const UNITS = new Uint8Array(0x1_0000);
const YES = 1;
const NO = 2;

/** How many units of the character at `at` belong to a word: none, one, or both of a pair. */
function unitsOfWord(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (UNITS[unit] === YES) return 1;
  if (UNITS[unit] === NO) return 0;
  const character = text.codePointAt(at) ?? unit;
  const belongs = LETTER_OR_DIGIT.test(String.fromCodePoint(character));
  if (character > 0xffff) return belongs ? 2 : 0;
  UNITS[unit] = belongs ? YES : unit >= 0xd800 && unit <= 0xdfff ? 0 : NO;
  return belongs ? 1 : 0;
}

/** The words of a clean text (letters and digits) with their places. */
export function* wordsOf(text: string): Generator<Word> {
  const { length } = text;
  for (let at = 0; at < length; ) {
    const start = at;
    let units = unitsOfWord(text, at);
    while (units > 0) {
      at += units;
      units = at < length ? unitsOfWord(text, at) : 0;
    }
    if (at > start) yield { text: text.slice(start, at), start, end: at };
    else at++;
  }
}
