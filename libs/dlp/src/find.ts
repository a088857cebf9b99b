// What a search finds in a text, and how it is shown to people: never the whole of what should not be seen.

export interface Find {
  start: number;
  end: number;
  /** What counts as the same find when it stands there twice. */
  value: string;
}

/** Distinct finds of one search that are kept; more say nothing new. */
export const MAX_FINDS = 1000;
/** Characters on either side of a find. */
const AROUND = 30;
const MAX_SHOWN = 160;

/** All letters and digits but the last two of a value of at least four are hidden, at most a quarter is shown. */
export function masked(value: string): string {
  const signs = [...value.matchAll(/[\p{L}\p{N}]/gu)].map(({ index }) => index);
  const shown = new Set(signs.slice(signs.length - Math.min(2, Math.floor(signs.length / 4))));
  let text = '';
  for (const [index, char] of Array.from(value).entries()) {
    text += /[\p{L}\p{N}]/u.test(char) && !shown.has(index) ? '•' : char;
  }
  return text;
}

/** The find between what stands around it, on one line. Numbers around it are hidden as well: there may be another one. */
export function excerpt(text: string, { start, end }: Find, isSecret: boolean): string {
  const found = text.slice(start, Math.min(end, start + MAX_SHOWN));
  const before = hideNumbers(text.slice(Math.max(0, start - AROUND), start));
  const after = hideNumbers(text.slice(end, end + AROUND));
  const middle = isSecret ? masked(found) : found;
  return `${start > AROUND ? '…' : ''}${before}${middle}${after}${end + AROUND < text.length ? '…' : ''}`
    .replace(/\s+/g, ' ')
    .toWellFormed()
    .trim();
}

function hideNumbers(text: string): string {
  return text.replace(/\d(?=[\d -]*\d{2})/g, '•');
}
