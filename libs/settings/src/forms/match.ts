/** How well a word that was typed fits a text: whole words, their beginnings, other endings of the same word. */

/** Lower case, ё as е, so that two spellings of a word are one. */
export function normal(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll('ё', 'е').trim();
}

/** The words and numbers of a text. */
export function wordsOf(text: string): string[] {
  return normal(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The words of a name in camel case, and the name as a whole. */
export function nameWords(name: string): string[] {
  return [...wordsOf(name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ')), normal(name)];
}

/** 1: the word itself; less: a beginning, another ending, a part; 0: nothing of it. */
export function fit(typed: string, words: readonly string[]): number {
  return Math.max(0, ...words.map((word) => fitOne(typed, word)));
}

function fitOne(typed: string, word: string): number {
  if (typed === word) return 1;
  if (word.startsWith(typed)) return 0.9;
  if (hasOtherEnding(typed, word)) return 0.75;
  return typed.length >= 4 && word.includes(typed) ? 0.3 : 0;
}

const longestEnding = 3;

/** порты and порт, очереди and очередь, certificates and certificate: the same beginning, two short endings. */
function hasOtherEnding(a: string, b: string): boolean {
  let common = 0;
  while (common < a.length && common < b.length && a[common] === b[common]) common++;
  const rest = Math.max(a.length, b.length) - common;
  return common >= 4 && rest <= Math.min(longestEnding, common - 2);
}
