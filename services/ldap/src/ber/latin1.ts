// BER as latin1 text, an octet a character: what the output of a session takes. Entries are written so, by the thousand a second:
// texts that are joined are copied once, when they are sent.

const BEYOND_ASCII = /[^\0-\x7f]/;
const OCTETS: readonly string[] = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet));

/** `tag` is one octet, as text. */
export function element(tag: string, content: string): string {
  const { length } = content;
  return length < 0x80 ? tag + (OCTETS[length] as string) + content : tag + longLength(length) + content;
}

/** The UTF-8 of a text. */
export function utf8Octets(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** Of a number that is not negative. */
export function integer(value: number): string {
  let content = OCTETS[value & 0xff] as string;
  // A first bit that is set would make it negative.
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 256)) {
    content = (OCTETS[Math.floor(rest / 256) & 0xff] as string) + content;
  }
  return element('\x02', content);
}

function longLength(length: number): string {
  let octets = '';
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
    octets = (OCTETS[rest & 0xff] as string) + octets;
  }
  return (OCTETS[0x80 | octets.length] as string) + octets;
}
