// Names of mailboxes as they are stored: UTF-8, NFC, levels divided by `/`, and INBOX in capitals.
// RFC 9051 §5.1: INBOX is the one name that is not case-sensitive.

export const DELIMITER = '/';
export const INBOX = 'INBOX';

/** Octets of UTF-8. */
const MAX_NAME = 255;
const MAX_DEPTH = 20;

/**
 * The stored form of a name that a client gave; null when no mailbox can have it. One trailing delimiter is
 * left out: RFC 9051 §6.3.4, a client may say with it that it will create names below.
 */
export function mailboxName(given: string): string | null {
  const name = given.endsWith(DELIMITER) ? given.slice(0, -1) : given;
  if (name.length > MAX_NAME || !name.isWellFormed()) return null;
  const levels = name.normalize('NFC').split(DELIMITER);
  if (levels[0]?.toUpperCase() === INBOX) levels[0] = INBOX;
  const stored = levels.join(DELIMITER);
  return isStorable(stored, levels) ? stored : null;
}

function isStorable(name: string, levels: readonly string[]): boolean {
  if (Buffer.byteLength(name) > MAX_NAME || levels.length > MAX_DEPTH) return false;
  // LIST could not tell wildcards in names from its own; controls would break every listing.
  return levels.every((level) => level !== '' && !/[\p{Cc}\p{Cs}\u2028\u2029%*]/u.test(level));
}

/**
 * Whether a mailbox may be given this name, which `mailboxName` has made. `.` and `..` are no levels of new names:
 * whoever keeps mailboxes as folders on a disk would follow them.
 */
export function isNewName(name: string): boolean {
  return name.split(DELIMITER).every((level) => level !== '.' && level !== '..');
}

/** The names above this one, the highest first. */
export function superiorNames(name: string): string[] {
  const levels = name.split(DELIMITER);
  return levels.slice(1).map((_, index) => levels.slice(0, index + 1).join(DELIMITER));
}

export function isInferior(name: string, superior: string): boolean {
  return name.startsWith(superior + DELIMITER);
}
