// How texts are compared: without case, without accents, with one space where there are several. RFC 4518 §2 prepares
// strings for caseIgnoreMatch; beyond it accents are left out, so that ё is е and é is e, as people type names. A letter of
// its own stays one: й is not и.
const BEYOND_ASCII = /[^ -~]/;
/** As most texts are already: printable ASCII without capital letters, and single spaces inside. */
const FOLDED = /^[!-@[-~]+(?: [!-@[-~]+)*$/;
const SHORT_I = 'и\u0306';

export function fold(text: string): string {
  if (FOLDED.test(text)) return text;
  return foldPiece(text).trim();
}

/** Of a part of a text: its first and last space may be inside the whole. */
export function foldPiece(text: string): string {
  const lower = text.toLowerCase();
  return (BEYOND_ASCII.test(lower) ? withoutMarks(lower) : lower).replace(/\s+/g, ' ');
}

// RFC 4517 §4.2.29: of telephone numbers neither spaces nor hyphens are compared.
export function foldPhone(text: string): string {
  return fold(text).replace(/[\s\p{Pd}]+/gu, '');
}

function withoutMarks(lower: string): string {
  return lower
    .normalize('NFKD')
    .replace(/(и\u0306)|\p{M}+|\u00ad|\u200b/gu, (_, letter: string | undefined) => letter ?? '')
    .replaceAll(SHORT_I, 'й')
    .replaceAll('ß', 'ss')
    .toLowerCase();
}
