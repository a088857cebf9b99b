// The delimiters of the multiparts that are open, asked about every line of a mail that begins with `--`.
//
// RFC 2046 §5.1.1: the boundary is compared with the beginning of the line, whatever follows it there. One boundary may
// begin like another, then the longest is meant; of equal ones the innermost. Kept in the order of their octets, so that
// a line is compared with a few of them however many are open: lines by the million may look like delimiters.

export interface OpenDelimiter {
  /** Which of the open parts, counted from the root. */
  frame: number;
  /** `--` and the boundary. */
  text: string;
  /** Blanks behind the boundary parameter, which its lines may repeat. */
  padding: string;
}

export interface DelimiterHit {
  frame: number;
  isClose: boolean;
}

interface Entry extends OpenDelimiter {
  /** The longest other one that this one begins with. */
  shorter: Entry | null;
}

export class OpenDelimiters {
  readonly #sorted: Entry[] = [];

  /** @param open from the root to the innermost */
  constructor(open: Iterable<OpenDelimiter>) {
    const byText = new Map<string, OpenDelimiter>();
    for (const delimiter of open) byText.set(delimiter.text, delimiter);
    for (const delimiter of [...byText.values()].toSorted((a, b) => (a.text < b.text ? -1 : 1))) {
      let shorter = this.#sorted.at(-1) ?? null;
      while (shorter && !delimiter.text.startsWith(shorter.text)) shorter = shorter.shorter;
      this.#sorted.push({ ...delimiter, shorter });
    }
  }

  get isEmpty(): boolean {
    return this.#sorted.length === 0;
  }

  /** Which multipart a line delimits that begins like this (without its line end). */
  find(line: string): DelimiterHit | null {
    let found = this.#notAfter(line);
    if (!found) return null;
    const common = commonLength(found.text, line);
    while (found && found.text.length > common) found = found.shorter;
    if (!found) return null;
    // `--a--` closes an inner a, even if a boundary `a--` is open around it.
    const inner = found.shorter;
    if (line === found.text && inner && line === `${inner.text}--` && inner.frame > found.frame) {
      return { frame: inner.frame, isClose: true };
    }
    const rest = line.slice(found.text.length);
    const padding = rest.startsWith(found.padding) ? found.padding.length : 0;
    return { frame: found.frame, isClose: rest.startsWith('--', padding) };
  }

  /** The last in order that is not behind the line: what the line begins with is this one or begins it. */
  #notAfter(line: string): Entry | null {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as Entry).text <= line) low = middle + 1;
      else high = middle;
    }
    return this.#sorted[low - 1] ?? null;
  }
}

function commonLength(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}
