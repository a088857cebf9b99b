// BODY without extension data (RFC 9051 §7.5.2), made from a stored BODYSTRUCTURE text by leaving things out, so that one
// stored text answers both FETCH items.

/** Cursor over a BODYSTRUCTURE text. Only our own texts come here; anything else throws. */
class Cursor {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  peek(): string {
    return this.#text[this.at] ?? '';
  }

  /** Moves behind one expected character. */
  expect(char: string): void {
    if (this.peek() !== char) {
      throw new Error(
        `BODYSTRUCTURE text is damaged at ${this.at}: '${char}' expected. Rebuild the content row.`,
      );
    }
    this.at++;
  }

  /** Moves behind one value (string, literal, number, NIL or list) and returns it. */
  value(): string {
    const start = this.at;
    let depth = 0;
    do {
      const char = this.peek();
      if (char === '') this.expect('value');
      else if (char === '"') this.#skipQuoted();
      else if (char === '{') this.#skipLiteral();
      else {
        if (char === '(') depth++;
        if (char === ')') depth--;
        this.at++;
      }
      // An atom (number, NIL) goes on to the next blank or bracket.
      if (depth === 0 && !'"{()'.includes(char)) while (!' ()'.includes(this.peek() || ' ')) this.at++;
    } while (depth > 0);
    return this.#text.slice(start, this.at);
  }

  #skipQuoted(): void {
    for (this.at++; this.peek() !== '"'; this.at++) {
      if (this.peek() === '\\') this.at++;
      if (this.peek() === '') this.expect('"');
    }
    this.at++;
  }

  #skipLiteral(): void {
    const end = this.#text.indexOf('}\r\n', this.at);
    const length = Number(this.#text.slice(this.at + 1, end));
    if (end < 0 || !Number.isSafeInteger(length)) this.expect('}');
    this.at = end + 3 + length;
  }

  /** Moves behind the bracket that closes the list the cursor is in. */
  leaveList(): void {
    while (this.peek() !== ')') {
      this.expect(' ');
      this.value();
    }
    this.at++;
  }

  spaced(): string {
    this.expect(' ');
    return this.value();
  }
}

/** BODY from a BODYSTRUCTURE that bodyStructureText() made. */
export function bodyText(bodyStructure: string): string {
  return readBody(new Cursor(bodyStructure));
}

function readBody(cursor: Cursor): string {
  cursor.expect('(');
  let text = '';
  if (cursor.peek() === '(') {
    while (cursor.peek() === '(') text += readBody(cursor);
    text += ` ${cursor.spaced()}`;
  } else {
    text = readSinglePart(cursor);
  }
  cursor.leaveList();
  return `(${text})`;
}

// RFC 9051 §9 body-type-1part: type, subtype, five fields, and what texts and messages have besides.
function readSinglePart(cursor: Cursor): string {
  const type = cursor.value();
  const subtype = cursor.spaced();
  let text = `${type} ${subtype}`;
  for (let field = 0; field < 5; field++) text += ` ${cursor.spaced()}`;
  if (type === '"text"') return `${text} ${cursor.spaced()}`;
  const isMessage = type === '"message"' && (subtype === '"rfc822"' || subtype === '"global"');
  if (!isMessage) return text;
  text += ` ${cursor.spaced()}`;
  cursor.expect(' ');
  text += ` ${readBody(cursor)}`;
  return `${text} ${cursor.spaced()}`;
}

/**
 * A BODYSTRUCTURE or BODY text for clients of IMAP4rev1. RFC 3501 §7.4.2: only message/rfc822 has an envelope and a body;
 * of RFC 9051 §9, message/global has them too, and a reader of the old grammar takes it for a part like any other.
 */
export function withoutGlobal(structure: string): string {
  return structure.includes('"message" "global"') ? readWithoutGlobal(new Cursor(structure)) : structure;
}

function readWithoutGlobal(cursor: Cursor): string {
  cursor.expect('(');
  let text = '';
  if (cursor.peek() === '(') {
    while (cursor.peek() === '(') text += readWithoutGlobal(cursor);
  } else {
    const type = cursor.value();
    const subtype = cursor.spaced();
    text = `${type} ${subtype}`;
    for (let field = 0; field < 5; field++) text += ` ${cursor.spaced()}`;
    if (type === '"message"' && (subtype === '"rfc822"' || subtype === '"global"')) {
      const envelope = cursor.spaced();
      cursor.expect(' ');
      const body = readWithoutGlobal(cursor);
      const lines = cursor.spaced();
      if (subtype === '"rfc822"') text += ` ${envelope} ${body} ${lines}`;
    }
  }
  while (cursor.peek() === ' ') text += ` ${cursor.spaced()}`;
  cursor.expect(')');
  return `(${text})`;
}
