// Patterns of LIST and LSUB (RFC 9051 §6.3.9): `*` is anything, `%` anything within a level. Matching is linear in
// pattern times name, whatever the pattern.
import { DELIMITER, INBOX } from '@pochtar/store/mailbox';

const MAX_PATTERN = 512;

/** Whether the name matches; a pattern longer than any name can be matches nothing. */
export function matches(pattern: string, name: string): boolean {
  if (pattern.length > MAX_PATTERN) return false;
  // RFC 9051 §5.1: INBOX is matched in any case.
  if (name === INBOX || name.startsWith(INBOX + DELIMITER)) {
    return glob(withCapitals(pattern), name);
  }
  return glob(pattern, name);
}

/** The pattern with its first level in capitals. */
function withCapitals(pattern: string): string {
  const end = pattern.indexOf(DELIMITER);
  return end < 0 ? pattern.toUpperCase() : pattern.slice(0, end).toUpperCase() + pattern.slice(end);
}

/** Follows all places of the pattern at once that the name may have come to. */
function glob(pattern: string, name: string): boolean {
  let places = new Uint8Array(pattern.length + 1);
  places[0] = 1;
  for (let at = 0; at <= name.length; at++) {
    const char = name[at];
    const following = new Uint8Array(pattern.length + 1);
    for (let place = 0; place < pattern.length; place++) {
      if (places[place] === 0) continue;
      const wanted = pattern[place];
      if (wanted === '*' || wanted === '%') {
        // A wildcard takes nothing, or this character and maybe more.
        places[place + 1] = 1;
        if (wanted === '*' || char !== DELIMITER) following[place] = 1;
      } else if (wanted === char) {
        following[place + 1] = 1;
      }
    }
    if (at === name.length) break;
    places = following;
  }
  return places[pattern.length] === 1;
}
