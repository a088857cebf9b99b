// The envelope of every message (RFC 4511 §4.1.1): its number, the operation, the controls.
import { BerReader } from '../ber/reader.ts';
import { MalformedBer } from '../ber/malformed.ts';
import { contextParts, tags } from '../ber/tags.ts';

export interface Control {
  oid: string;
  isCritical: boolean;
  value: Buffer | null;
}

export interface Envelope {
  messageId: number;
  /** Of the operation. */
  tag: number;
  content: Buffer;
  controls: readonly Control[];
}

const MAX_CONTROLS = 16;
const MAX_MESSAGE_ID = 2 ** 31 - 1;

/** `frame` is the content of a message. */
export function readEnvelope(frame: Buffer): Envelope {
  const reader = new BerReader(frame);
  const messageId = reader.integer();
  // RFC 4511 §4.1.1.1: the numbers of requests are positive; 0 is the server's own.
  if (messageId <= 0 || messageId > MAX_MESSAGE_ID) throw new MalformedBer('no message number');
  const { tag, content } = reader.element();
  const controls = reader.optional(contextParts(0));
  // RFC 4511 §4: what stands behind what is known belongs to a later version of it, and is passed over.
  return { messageId, tag, content, controls: controls === null ? [] : readControls(controls) };
}

function readControls(content: Buffer): Control[] {
  const reader = new BerReader(content);
  const controls: Control[] = [];
  while (!reader.isAtEnd) {
    const control = reader.inside();
    const oid = control.text();
    const isCritical = control.nextTag === tags.boolean && control.boolean();
    controls.push({ oid, isCritical, value: control.optional(tags.octetString) });
    if (controls.length > MAX_CONTROLS) throw new MalformedBer('too many controls');
  }
  return controls;
}
