// Header fields that claim something of who they come from: whoever takes a mail in looks at all of them, however long the
// header is.

const FIELDS: ReadonlySet<string> = new Set(['from', 'return-path', 'authentication-results']);
/** Names of the fields that this server marks mail with. */
export const MARKER_PREFIX = 'x-pochtar-';

export function isClaimingField(lowerName: string): boolean {
  return FIELDS.has(lowerName) || lowerName.startsWith(MARKER_PREFIX);
}
