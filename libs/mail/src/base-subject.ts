// The subject without what replies and forwards put around it (RFC 5256 §2.1), by which SORT SUBJECT compares and THREAD
// gathers.
import { trimBlanks } from './blanks.ts';
import { decodeWords } from './words.ts';

export interface BaseSubject {
  text: string;
  /** Something of a reply or a forward was taken off. */
  isReply: boolean;
}

/** What is longer is cut: each mark that is taken off is looked for from the start. */
const MAX_LENGTH = 1000;

// RFC 5256 §5 subj-blob: "[" *BLOBCHAR "]" *WSP
const BLOB = /\[[^[\]]*\] */y;
// RFC 5256 §5 subj-refwd behind any blobs: "Re:", "Fwd [list]:"
const LEADER = /(?:\[[^[\]]*\] *)*(?:re|fwd?) *(?:\[[^[\]]*\] *)?:/iy;
const TRAILER = /\(fwd\)$/i;

/** Of the value of a Subject field, as it stands in the header. */
export function baseSubject(value: string): BaseSubject {
  // RFC 5256 §2.1 (1): decoded, blanks and tabs as one blank.
  let text = trimBlanks(
    decodeWords(value)
      .slice(0, MAX_LENGTH)
      .toWellFormed()
      .replace(/[ \t\r\n]+/g, ' '),
  );
  let isReply = false;
  for (;;) {
    const inner = withoutTrailers(text);
    const rest = withoutLeaders(inner);
    isReply ||= inner !== text || rest.isReply;
    text = rest.text;
    // RFC 5256 §2.1 (6): "[fwd: … ]"
    if (!/^\[fwd:/i.test(text) || !text.endsWith(']')) return { text, isReply };
    isReply = true;
    text = trimBlanks(text.slice(5, -1));
  }
}

/** RFC 5256 §2.1 (2) */
function withoutTrailers(text: string): string {
  let left = text;
  while (TRAILER.test(left)) left = trimBlanks(left.slice(0, -5));
  return left;
}

/** RFC 5256 §2.1 (3) to (5) */
function withoutLeaders(text: string): BaseSubject {
  let at = 0;
  let isReply = false;
  for (;;) {
    while (text[at] === ' ') at++;
    LEADER.lastIndex = at;
    if (LEADER.test(text)) {
      at = LEADER.lastIndex;
      isReply = true;
      continue;
    }
    BLOB.lastIndex = at;
    // RFC 5256 §2.1 (4): a blob stays where nothing would be left behind it.
    if (BLOB.test(text) && BLOB.lastIndex < text.length) at = BLOB.lastIndex;
    else return { text: text.slice(at), isReply };
  }
}
