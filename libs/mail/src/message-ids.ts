// The message ids of a field (RFC 5322 §3.6.4), in the form in which RFC 5256 §3 compares them.

/** Of one message; of longer chains the oldest and the youngest are kept. */
const MAX_IDS = 100;
const MAX_LENGTH = 250;
/** Octets of a field that are looked at. */
const MAX_FIELD = 32 * 1024;

/** Without angle brackets, and without the quotes that mean nothing. */
export function messageIds(value: string): string[] {
  const ids: string[] = [];
  for (const [, id = ''] of value.slice(0, MAX_FIELD).matchAll(/<([^<>]+)>/g)) {
    const normal = normalized(id);
    if (normal !== '' && normal.length <= MAX_LENGTH) ids.push(normal);
  }
  return ids.length <= MAX_IDS ? ids : [ids[0] as string, ...ids.slice(1 - MAX_IDS)];
}

/**
 * What threading knows a message by: its own id, '' for none, and those of the messages above it, the first one first. Of the
 * values of the fields as they stand in the header.
 */
export function threadIds(fields: {
  messageId: string | null;
  references: string | null;
  inReplyTo: string | null;
}): string[] {
  const [own = ''] = messageIds(fields.messageId ?? '');
  const references = messageIds(fields.references ?? '');
  // RFC 5256 §3 REFERENCES (1): without References, the first id of In-Reply-To.
  return [own, ...(references.length > 0 ? references : messageIds(fields.inReplyTo ?? '').slice(0, 1))];
}

/** RFC 5256 §3: `<"01KF8JCEOCBS0045PS"@xxx.yyy.com>` and the same without quotes are one id. */
function normalized(id: string): string {
  // oxlint-disable-next-line no-control-regex -- blanks of folding, and what no id has
  const blanksOut = id.replace(/[\u0000-\u0020\u007f]+/g, '');
  const quoted = /^"((?:[^"\\]|\\.)*)"(@.*)$/.exec(blanksOut);
  return quoted ? `${(quoted[1] as string).replace(/\\(.)/g, '$1')}${quoted[2]}` : blanksOut;
}
