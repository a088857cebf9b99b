// The form in which texts are compared: composed, and without regard to case (RFC 9051 §6.4.4).

/** Folds a text; it may be a piece of a longer one. */
export function fold(text: string): string {
  // oxlint-disable-next-line no-control-regex -- most text needs no composing
  return /[^\u0000-\u007f]/.test(text) ? text.normalize('NFC').toLowerCase() : text.toLowerCase();
}
