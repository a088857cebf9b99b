// Text from outside in parts that can be shown: what does not show itself (control and direction characters) stands as
// its code point, and the length is bounded.

export interface TextPart {
  text: string;
  /** A character made visible. */
  isControl: boolean;
}

const hidden = /[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/u;
/** Joins letters of scripts and parts of emoji: harmless and needed. */
const joiner = '\u200d';

export function visibleParts(text: string, maxLength = 500): TextPart[] {
  const parts: TextPart[] = [];
  let plain = '';
  const characters = Array.from(text);
  const shown = characters.slice(0, maxLength);
  for (const character of shown) {
    if (!hidden.test(character) || character === joiner) {
      plain += character;
      continue;
    }
    if (plain !== '') parts.push({ text: plain, isControl: false });
    plain = '';
    parts.push({ text: codePoint(character), isControl: true });
  }
  if (plain !== '') parts.push({ text: plain, isControl: false });
  if (shown.length < characters.length) parts.push({ text: '…', isControl: false });
  return parts;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
