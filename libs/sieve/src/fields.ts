// The header of a mail while a script looks at it and changes it: RFC 5228 §5, RFC 5293.
import { decodeWords, encodeWords, foldHeader, parseHeaderFields } from '@pochtar/mail';

export interface Field {
  /** Lower case. */
  name: string;
  /** Unfolded octets as latin1. */
  raw: string;
  /** Where it lies in the header as it came; null: a script has added it. */
  range: readonly [number, number] | null;
}

/** What a script did to a header. */
export interface HeaderEdits {
  /** Octets in front of the header. */
  prepended: string;
  /** Octets behind its last field. */
  appended: string;
  /** Of the header as it came, growing. */
  removed: readonly (readonly [number, number])[];
}

export class Fields {
  #all: Field[];
  /** How many of the first and of the last a script has added. */
  #before = 0;
  #behind = 0;
  readonly #removed: (readonly [number, number])[] = [];
  readonly #decoded = new WeakMap<Field, string>();
  /** Of fields that a script has added: with name and line end. */
  readonly #written = new WeakMap<Field, string>();

  /** `header` as it came; what stands behind its blank line is not looked at. */
  constructor(header: Buffer) {
    this.#all = parseHeaderFields(header).map(({ lower, value, start, end }) => ({
      ...{ name: lower, raw: value },
      range: [start, end],
    }));
  }

  /** In the order of the mail. */
  named(name: string): readonly Field[] {
    const lower = name.toLowerCase();
    return this.#all.filter((field) => field.name === lower);
  }

  // RFC 5228 §2.7.2: encoded words are compared as what they say.
  text(field: Field): string {
    let text = this.#decoded.get(field);
    if (text === undefined) {
      text = decodeWords(field.raw);
      this.#decoded.set(field, text);
    }
    return text;
  }

  add(name: string, value: string, isLast: boolean): void {
    // RFC 5293 §4: what is not US-ASCII goes into encoded words.
    const raw = encodeWords(value);
    const field: Field = { name: name.toLowerCase(), raw, range: null };
    this.#written.set(field, foldHeader(name, raw));
    if (isLast) {
      this.#all.push(field);
      this.#behind++;
    } else {
      this.#all.unshift(field);
      this.#before++;
    }
  }

  remove(gone: ReadonlySet<Field>): void {
    const [before, behind] = [this.#before, this.#all.length - this.#behind];
    for (const [at, field] of this.#all.entries()) {
      if (!gone.has(field)) continue;
      if (field.range !== null) this.#removed.push(field.range);
      else if (at < before) this.#before--;
      else if (at >= behind) this.#behind--;
    }
    this.#all = this.#all.filter((field) => !gone.has(field));
  }

  /** Null: the header is as it came. */
  edits(): HeaderEdits | null {
    const added = this.#before + this.#behind;
    if (added === 0 && this.#removed.length === 0) return null;
    const written = (fields: readonly Field[]): string =>
      fields.map((field) => this.#written.get(field)).join('');
    return {
      prepended: written(this.#all.slice(0, this.#before)),
      appended: this.#behind === 0 ? '' : written(this.#all.slice(-this.#behind)),
      removed: this.#removed.toSorted(([a], [b]) => a - b),
    };
  }
}
