// Reads IMAP parenthesised text (RFC 9051 §9) into nested arrays, written apart from the code under test.

export type ImapValue = string | number | null | ImapValue[];

export function readImap(text: string): ImapValue {
  const [value, end] = readValue(text, 0);
  if (end !== text.length) throw new Error(`Something follows the value at ${end}.`);
  return value;
}

function readValue(text: string, from: number): [ImapValue, number] {
  const char = text[from];
  if (char === '(') return readList(text, from + 1);
  if (char === '"') {
    let out = '';
    for (let at = from + 1; at < text.length; at++) {
      if (text[at] === '"') return [out, at + 1];
      if (text[at] === '\\') at++;
      const code = text.charCodeAt(at);
      if (code === 0 || code === 10 || code === 13 || code > 127)
        throw new Error(`Not a QUOTED-CHAR at ${at}.`);
      out += text[at];
    }
    throw new Error('A quoted string does not end.');
  }
  const literal = /^\{(\d+)\}\r\n/.exec(text.slice(from, from + 20));
  if (literal) {
    const start = from + literal[0].length;
    const end = start + Number(literal[1]);
    if (end > text.length) throw new Error('A literal is too short.');
    return [text.slice(start, end), end];
  }
  const atom = /^(?:NIL|\d+)(?=[ )(]|$)/.exec(text.slice(from, from + 20))?.[0];
  if (atom === undefined) throw new Error(`No value at ${from}: ${text.slice(from, from + 20)}`);
  return [atom === 'NIL' ? null : Number(atom), from + atom.length];
}

function readList(text: string, from: number): [ImapValue[], number] {
  const items: ImapValue[] = [];
  let at = from;
  for (;;) {
    if (text[at] === ')') return [items, at + 1];
    // Lists that follow each other (addresses, bodies) have no blank between them.
    if (items.length > 0 && text[at] === ' ') at++;
    else if (items.length > 0 && text[at] !== '(') throw new Error(`No blank at ${at}.`);
    const [value, end] = readValue(text, at);
    items.push(value);
    at = end;
  }
}
