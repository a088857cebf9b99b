// Blanks as mail formats have them: SP, TAB, CR and LF (RFC 5322 §2.2.3, §3.2.2).
//
// String.trim() and \s know more of them. In byte strings those are octets of characters: U+00A0 is the last octet of
// `Р` and `à` in UTF-8, and a letter in other charsets. `./pochtar check` keeps both out of this package.

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** Without blanks at both ends. */
export function trimBlanks(text: string): string {
  let start = 0;
  while (start < text.length && isBlank(text.charCodeAt(start))) start++;
  return trimBlanksEnd(text.slice(start));
}

export function trimBlanksEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}
