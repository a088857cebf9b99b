/** What was typed, had the other layout of the keyboard been on: «вты» is dns, “kjuby” is логин. */

const latin = 'qwertyuiop[]asdfghjkl;\'zxcvbnm,.`{}:"<>~';
const cyrillic = 'йцукенгшщзхъфывапролджэячсмитьбюёхъжэбюё';

const toCyrillic = new Map([...latin].map((key, index) => [key, cyrillic[index] ?? key]));
// The keys without Shift come first and stay.
const toLatin = new Map(
  [...cyrillic].map((key, index) => [key, latin[index] ?? key]).reverse() as [string, string][],
);

/** The text in lower case as it is, as Russian keys and as Latin ones; what would be the same is left out. */
export function layouts(typed: string): string[] {
  const text = typed.toLowerCase();
  const swapped = (keys: ReadonlyMap<string, string>) =>
    [...text].map((key) => keys.get(key) ?? key).join('');
  return [...new Set([text, swapped(toCyrillic), swapped(toLatin)])];
}
