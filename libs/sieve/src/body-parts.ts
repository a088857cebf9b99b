// The body of a mail as the body test looks at it: RFC 5173 §4.
import { MailScanner, type Part, bytesToText, parameterOctets, transferDecoded } from '@pochtar/mail';

/** Octets of decoded text that are looked at, of one part. */
const MAX_PART = 1024 * 1024;

export class BodyParts {
  readonly #octets: Buffer;
  readonly #root: Part;

  constructor(octets: Buffer) {
    this.#octets = octets;
    const scanner = new MailScanner();
    scanner.write(octets);
    this.#root = scanner.end().root;
  }

  // RFC 5173 §4.1: everything behind the header, as it is.
  raw(): string {
    return this.#octets.toString('latin1', this.#root.bodyStart, this.#root.bodyStart + MAX_PART);
  }

  // RFC 5173 §4.2: parts of these types, decoded; an empty type means all, one without a slash all of its kind.
  content(types: readonly string[]): string[] {
    const wanted = types.map((type) => type.toLowerCase());
    const isWanted = ({ type, subtype }: Part): boolean =>
      wanted.some((one) => one === '' || one === type || one === `${type}/${subtype}`);
    return [...partsOf(this.#root)].filter(isWanted).map((part) => this.#text(part));
  }

  // RFC 5173 §4.3: the text of the mail, as people read it.
  text(): string[] {
    return this.content(['text']);
  }

  #text(part: Part): string {
    // RFC 5173 §4.2: a multipart is its prologue and epilogue, a message its header.
    const end = part.kind === 'leaf' ? part.end : (part.children[0]?.headerStart ?? part.end);
    const octets = this.#octets.subarray(part.bodyStart, Math.min(end, part.bodyStart + 2 * MAX_PART));
    const decoded = part.kind === 'leaf' ? (transferDecoded(octets, part.encoding) ?? octets) : octets;
    const charset = parameterOctets(part.parameters, 'charset') ?? null;
    return bytesToText(decoded.toString('latin1', 0, MAX_PART), charset);
  }
}

function* partsOf(part: Part): Generator<Part> {
  yield part;
  for (const child of part.children) yield* partsOf(child);
}
