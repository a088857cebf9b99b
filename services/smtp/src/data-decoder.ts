// The payload of DATA: finds its end and takes out the dots that the client put in. RFC 5321 §4.1.1.4, §4.5.2.
//
// The end is <CRLF>.<CRLF> and nothing else: a server that also ends at <LF>.<LF>, <LF>.<CRLF> or <CR>.<CR> takes
// for commands what another server carried as text ("SMTP smuggling"). So only CRLF ends a line here; a dot behind
// a bare LF or CR is content. The result does not depend on where TCP cuts the stream.

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;

const HELD_CR = Buffer.from('\r');

/** What the stream stood at when the last chunk ended. */
type Place = 'lineStart' | 'dot' | 'dotCr' | 'cr' | 'line';

export class DataDecoder {
  #place: Place = 'lineStart';
  readonly #emit: (payload: Buffer) => void;

  /** `emit` gets the payload in order, as parts of the chunks (nothing is copied). */
  constructor(emit: (payload: Buffer) => void) {
    this.#emit = emit;
  }

  /** Takes a chunk. Returns the index behind the end of data in it, or -1 while there is none. */
  write(chunk: Buffer): number {
    if (chunk.length === 0) return -1;
    let at = 0;
    if (this.#place === 'dotCr') {
      if (chunk[0] === LF) return this.#end(1);
      this.#emit(HELD_CR);
      this.#place = 'cr';
    } else if (this.#place === 'dot' || (this.#place === 'lineStart' && chunk[0] === DOT)) {
      const behindDot = this.#place === 'dot' ? 0 : 1;
      const end = this.#behindDot(chunk, behindDot);
      if (end >= 0) return end;
      if (this.#isUndecided) return -1;
      at = behindDot;
    }
    return this.#scan(chunk, at);
  }

  /** Everything from `from` on is payload up to the next line that starts with a dot. */
  #scan(chunk: Buffer, from: number): number {
    let start = from;
    for (let at = from; ; ) {
      const lineFeed = chunk.indexOf('\n.', at, 'latin1');
      if (lineFeed < 0) break;
      at = lineFeed + 2;
      const afterCr = lineFeed > from ? chunk[lineFeed - 1] === CR : lineFeed === 0 && this.#place === 'cr';
      if (!afterCr) continue;
      this.#emit(chunk.subarray(start, lineFeed + 1));
      start = at;
      const end = this.#behindDot(chunk, at);
      if (end >= 0) return end;
      if (this.#isUndecided) return -1;
    }
    if (start < chunk.length) {
      this.#emit(start === 0 ? chunk : chunk.subarray(start));
      this.#place = this.#placeAtEnd(chunk, start);
    }
    return -1;
  }

  /** The chunk ended behind a dot that may be the end of data. */
  get #isUndecided(): boolean {
    return this.#place === 'dot' || this.#place === 'dotCr';
  }

  /** A dot at the start of a line stands before `at`: the end of data, or a dot that the client put in. */
  #behindDot(chunk: Buffer, at: number): number {
    const next = chunk[at];
    if (next === undefined) this.#place = 'dot';
    else if (next !== CR) this.#place = 'line';
    else if (at + 1 === chunk.length) this.#place = 'dotCr';
    else if (chunk[at + 1] === LF) return this.#end(at + 2);
    else this.#place = 'line';
    return -1;
  }

  #placeAtEnd(chunk: Buffer, start: number): Place {
    const last = chunk[chunk.length - 1];
    if (last === CR) return 'cr';
    if (last !== LF) return 'line';
    const afterCr = chunk.length - 1 > start ? chunk[chunk.length - 2] === CR : this.#place === 'cr';
    return afterCr ? 'lineStart' : 'line';
  }

  #end(behind: number): number {
    this.#place = 'lineStart';
    return behind;
  }
}
