// The stem of an English word, by Porter's algorithm (M. F. Porter, "An algorithm for suffix stripping", 1980), so that
// secret, secrets and secretly are close to one word. Words are folded to small letters.

const CONSONANT = '[^aeiou]';
const VOWEL = '[aeiouy]';
const CONSONANTS = `${CONSONANT}[^aeiouy]*`;
const VOWELS = `${VOWEL}[aeiou]*`;
/** The measure of a stem: how many times vowels are followed by consonants. */
const ONE = new RegExp(`^(?:${CONSONANTS})?${VOWELS}${CONSONANTS}`);
const EXACTLY_ONE = new RegExp(`^(?:${CONSONANTS})?${VOWELS}${CONSONANTS}(?:${VOWELS})?$`);
const MORE = new RegExp(`^(?:${CONSONANTS})?${VOWELS}${CONSONANTS}${VOWELS}${CONSONANTS}`);
const HAS_VOWEL = new RegExp(`^(?:${CONSONANTS})?${VOWEL}`);
const SHORT = new RegExp(`^${CONSONANTS}${VOWEL}[^aeiouwxy]$`);

const STEP_2 = ending({
  ...{ ational: 'ate', tional: 'tion', enci: 'ence', anci: 'ance', izer: 'ize', bli: 'ble', alli: 'al' },
  ...{ entli: 'ent', eli: 'e', ousli: 'ous', ization: 'ize', ation: 'ate', ator: 'ate', alism: 'al' },
  ...{
    iveness: 'ive',
    fulness: 'ful',
    ousness: 'ous',
    aliti: 'al',
    iviti: 'ive',
    biliti: 'ble',
    logi: 'log',
  },
});
const STEP_3 = ending({ icate: 'ic', ative: '', alize: 'al', iciti: 'ic', ical: 'ic', ful: '', ness: '' });
const STEP_4 =
  /^(.+?)(?:al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize|(?<=[st])ion)$/;

interface Ending {
  pattern: RegExp;
  becomes: Readonly<Record<string, string>>;
}

function ending(becomes: Readonly<Record<string, string>>): Ending {
  const longestFirst = Object.keys(becomes).sort((a, b) => b.length - a.length);
  return { pattern: new RegExp(`^(.+?)(${longestFirst.join('|')})$`), becomes };
}

/** The word without its endings; words of one or two letters stay. */
export function stemEnglish(word: string): string {
  if (word.length < 3) return word;
  let stem = word.replace(/^y/, 'Y');
  stem = pastAndProgress(plural(stem));
  if (stem.endsWith('y') && HAS_VOWEL.test(stem.slice(0, -1))) stem = `${stem.slice(0, -1)}i`;
  stem = replaced(replaced(stem, STEP_2), STEP_3);
  const root = STEP_4.exec(stem)?.[1];
  if (root !== undefined && MORE.test(root)) stem = root;
  return withoutLastE(stem).replace(/^Y/, 'y');
}

function plural(word: string): string {
  if (/(?:ss|i)es$/.test(word)) return word.slice(0, -2);
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

function pastAndProgress(word: string): string {
  if (word.endsWith('eed')) return ONE.test(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const stem = /^(.+?)(?:ed|ing)$/.exec(word)?.[1];
  if (stem === undefined || !HAS_VOWEL.test(stem)) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (/([^aeiouylsz])\1$/.test(stem)) return stem.slice(0, -1);
  return SHORT.test(stem) ? `${stem}e` : stem;
}

function replaced(word: string, { pattern, becomes }: Ending): string {
  const match = pattern.exec(word);
  const [, root = '', end = ''] = match ?? [];
  return match !== null && ONE.test(root) ? root + (becomes[end] ?? '') : word;
}

function withoutLastE(word: string): string {
  let stem = word;
  if (stem.endsWith('e')) {
    const root = stem.slice(0, -1);
    if (MORE.test(root) || (EXACTLY_ONE.test(root) && !SHORT.test(root))) stem = root;
  }
  return stem.endsWith('ll') && MORE.test(stem) ? stem.slice(0, -1) : stem;
}
