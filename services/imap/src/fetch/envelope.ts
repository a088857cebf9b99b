// The ENVELOPE of a message (RFC 9051 §7.5.2): the stored text, unless verdicts put a field in front that it shows.
import { envelopeText, isEnvelopeField, parseHeaderFields } from '@pochtar/mail';
import { type MessageContent, readLocations } from '@pochtar/store/mailbox';
import type { Server } from '../server.ts';
import { MessageBytes } from './message-bytes.ts';

/** At once, unless the header has to be read for it. */
export function envelopeOf(server: Server, content: MessageContent): string | Promise<string> {
  const { prefix = null, editedHeader, envelope = '' } = content;
  const added = prefix === null ? [] : parseHeaderFields(prefix);
  if (!added.some((field) => isEnvelopeField(field.lower))) return envelope;
  if (editedHeader === undefined) return envelopeOfWhole(server, content);
  // Fields of an envelope are only taken out to be replaced by those in front.
  const replaced = new Set(added.map((field) => field.lower));
  const kept = parseHeaderFields(editedHeader).filter((field) => !replaced.has(field.lower));
  return envelopeText([...added, ...kept]);
}

async function envelopeOfWhole({ db, blobs }: Server, content: MessageContent): Promise<string> {
  const [location] = await readLocations(db, [content.id]);
  // What is gone was one of a message that is.
  if (location === undefined) return content.envelope ?? '';
  const { packId, offset, length, headerLength, prefix, removed } = location;
  const stored = { blob: { packId, offset, length }, prefix, removed };
  const bytes = new MessageBytes(blobs, db, { id: content.id, stored, headerLength });
  return envelopeText(parseHeaderFields(await bytes.read({ start: 0, end: bytes.headerSize })));
}
