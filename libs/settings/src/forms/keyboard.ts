/** What was typed, had the other layout of the keyboard been on: «вты» is dns, “kjuby” is логин. */

const latin = 'qwertyuiop[]asdfghjkl;\'zxcvbnm,.`{}:"<>~'.split('');
const cyrillic = 'йцукенгшщзхъфывапролджэячсмитьбюёхъжэбюё'.split('');

const toCyrillic = new Map(latin.map((key, index) => [key, cyrillic[index] ?? key] as const));
// Turned round, so that of two keys of one letter the one without Shift counts.
const toLatin = new Map(cyrillic.map((key, index) => [key, latin[index] ?? key] as const).toReversed());

/** The text in lower case as it is, as Russian keys and as Latin ones; what would be the same is left out. */
export function layouts(typed: string): string[] {
  const text = typed.toLowerCase();
  const swapped = (keys: ReadonlyMap<string, string>) =>
    text.replaceAll(/./gsu, (key) => keys.get(key) ?? key);
  return [...new Set([text, swapped(toCyrillic), swapped(toLatin)])];
}
