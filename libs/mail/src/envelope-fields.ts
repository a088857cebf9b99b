// The header fields an IMAP ENVELOPE is made of. RFC 9051 §7.5.2.

const ENVELOPE_FIELDS: ReadonlySet<string> = new Set([
  'date',
  'subject',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'in-reply-to',
  'message-id',
]);

export function isEnvelopeField(lowerName: string): boolean {
  return ENVELOPE_FIELDS.has(lowerName);
}
