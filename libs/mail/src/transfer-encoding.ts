// Bodies in US-ASCII, piece by piece: quoted-printable and base64. RFC 2045 §6.7, §6.8.

export interface BodyEncoder {
  /** Octets of a line, without its end. */
  write(piece: Buffer): Buffer;
  /** The end of a line that belongs to the body. */
  endLine(eol: Buffer): Buffer;
  /** What is left; without a line end. */
  end(): Buffer;
}

const CRLF = Buffer.from('\r\n');
const EQUALS = 0x3d;
const SPACE = 0x20;
const TAB = 0x09;
/** RFC 2045 §6.7 (5): 76 characters, the sign of the soft break among them. */
const QP_LINE = 75;
const HEX = '0123456789ABCDEF';

export class QuotedPrintable implements BodyEncoder {
  #column = 0;
  /** A blank that may turn out to be the last of its line. */
  #blank: number | null = null;

  write(piece: Buffer): Buffer {
    const out: string[] = [];
    for (const octet of piece) {
      this.#putBlank(out, false);
      if (octet === SPACE || octet === TAB) this.#blank = octet;
      else
        this.#put(
          out,
          octet > SPACE && octet < 0x7f && octet !== EQUALS ? String.fromCharCode(octet) : hex(octet),
        );
    }
    return Buffer.from(out.join(''), 'latin1');
  }

  endLine(eol: Buffer): Buffer {
    const out: string[] = [];
    // RFC 2045 §6.7 (3): a line does not end with a blank.
    this.#putBlank(out, true);
    this.#column = 0;
    return Buffer.concat([Buffer.from(out.join(''), 'latin1'), eol]);
  }

  end(): Buffer {
    const out: string[] = [];
    this.#putBlank(out, true);
    return Buffer.from(out.join(''), 'latin1');
  }

  #putBlank(out: string[], isLast: boolean): void {
    if (this.#blank === null) return;
    this.#put(out, isLast ? hex(this.#blank) : String.fromCharCode(this.#blank));
    this.#blank = null;
  }

  #put(out: string[], token: string): void {
    if (this.#column + token.length > QP_LINE) {
      out.push('=\r\n');
      this.#column = 0;
    }
    out.push(token);
    this.#column += token.length;
  }
}

const hex = (octet: number): string => `=${HEX[octet >> 4]}${HEX[octet & 15]}`;

/** RFC 2045 §6.8: 76 characters a line. */
const BASE64_OCTETS = 57;

export class Base64 implements BodyEncoder {
  #rest: Buffer = Buffer.alloc(0);
  #isFirst = true;

  write(piece: Buffer): Buffer {
    const all = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole = all.length - (all.length % BASE64_OCTETS);
    this.#rest = all.subarray(whole);
    return this.#lines(all.subarray(0, whole));
  }

  endLine(eol: Buffer): Buffer {
    return this.write(eol);
  }

  end(): Buffer {
    const { length } = this.#rest;
    return length === 0 ? this.#rest : this.#lines(this.#rest);
  }

  #lines(octets: Buffer): Buffer {
    const pieces: Buffer[] = [];
    for (let at = 0; at < octets.length; at += BASE64_OCTETS) {
      if (!this.#isFirst) pieces.push(CRLF);
      this.#isFirst = false;
      pieces.push(Buffer.from(octets.subarray(at, at + BASE64_OCTETS).toString('base64'), 'latin1'));
    }
    return Buffer.concat(pieces);
  }
}
