// libs/mail works on latin1 byte strings, where trim() and \s take octets of characters for blanks (U+00A0 ends `Р` and
// `à` in UTF-8). Its own `trimBlanks` and written-out classes stand in for them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FORBIDDEN = /\.trim(?:Start|End|Left|Right)?\(|\\[sS]/g;
const FOLDER = 'libs/mail/src';

/** One line for each place: `libs/mail/src/a.ts:12: \s takes octets of characters for blanks …`. */
export function unicodeBlanks(root: string): string[] {
  const files = readdirSync(join(root, FOLDER), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .toSorted()
    .flatMap((file) =>
      codeLines(readFileSync(join(root, FOLDER, file), 'utf8')).flatMap(({ code, line }) =>
        [...code.matchAll(FORBIDDEN)].map(
          ([found]) =>
            `${FOLDER}/${file}:${line}: ${found.replace('(', '()')} takes octets of characters for blanks: trimBlanks, [ \\t\\r\\n]`,
        ),
      ),
    );
}

/** Lines without comments that fill them. */
function codeLines(text: string): { code: string; line: number }[] {
  return text
    .split('\n')
    .map((code, index) => ({ code, line: index + 1 }))
    .filter(({ code }) => !/^\s*(?:\/\/|\/?\*)/.test(code));
}
