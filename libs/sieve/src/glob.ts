// `:matches`, RFC 5228 §2.7.1: `*` is any characters, `?` is one, a backslash quotes. With what each of them stood for, the
// least that is possible, from left to right (RFC 5229 §3.2).
export type GlobPiece = { literal: string } | '*' | '?';

export function parseGlob(pattern: string): GlobPiece[] {
  const pieces: GlobPiece[] = [];
  let literal = '';
  const end = (): void => {
    if (literal !== '') pieces.push({ literal });
    literal = '';
  };
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    if (char === '\\' && at + 1 < pattern.length) literal += pattern[++at];
    else if (char === '*' || char === '?') {
      end();
      pieces.push(char);
    } else literal += char;
  }
  end();
  return pieces;
}

/**
 * What each wildcard stood for; null when it does not match. `text` and the literals are folded already, `original` is cut
 * where `text` is: of the same length, or else `text` itself. Takes at most the product of both lengths.
 */
export function matchGlob(pieces: readonly GlobPiece[], text: string, original: string): string[] | null {
  const shown = original.length === text.length ? original : text;
  const starts: number[] = [];
  let [at, piece] = [0, 0];
  /** Where the last star stands, and up to where it reaches. */
  let [star, reach] = [-1, 0];
  while (at < text.length || piece < pieces.length) {
    const wanted = pieces[piece];
    const width = wanted === undefined || wanted === '*' ? -1 : widthAt(wanted, text, at);
    if (wanted === '*') {
      starts[piece] = at;
      [star, reach] = [piece++, at];
    } else if (width >= 0) {
      starts[piece++] = at;
      at += width;
    } else if (star >= 0 && reach < text.length) {
      [at, piece] = [++reach, star + 1];
    } else return null;
  }
  starts.push(text.length);
  return pieces.flatMap((one, index) =>
    typeof one === 'object' ? [] : [shown.slice(starts[index], starts[index + 1])],
  );
}

/** Characters that the piece takes here, -1 when it is not there. */
function widthAt(piece: Exclude<GlobPiece, '*'>, text: string, at: number): number {
  if (piece !== '?') return text.startsWith(piece.literal, at) ? piece.literal.length : -1;
  const code = text.codePointAt(at);
  return code === undefined ? -1 : code > 0xffff ? 2 : 1;
}
