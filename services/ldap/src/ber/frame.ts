// One message of a stream: taken only when its length is known to be one that is allowed, so that a client that claims two
// gigabytes is told so before an octet of them is waited for. What is there as a whole, as nearly always, is taken without a
// wait; what is waited for takes room that all sessions share, when it is large.
import type { SocketInput } from '@pochtar/runtime';
import { MalformedBer } from './malformed.ts';
import type { MessageRoom } from './message-room.ts';
import { tags } from './tags.ts';

export interface FrameLimits {
  /** Octets of a message. */
  size: number;
  /** From its first octet to its last. */
  milliseconds: number;
  room: MessageRoom;
}

const SHORTEST_HEADER = 2;

/** The content of the next LDAPMessage, whose beginning is there. */
export async function readFrame(input: SocketInput, limits: FrameLimits): Promise<Buffer> {
  const header = pendingHeader(input.pending);
  if (header !== null && header.length <= limits.size) {
    const whole = header.size + header.length;
    if (input.pending.length >= whole) return input.take(whole).subarray(header.size);
  }
  return waitForFrame(input, limits);
}

async function waitForFrame(input: SocketInput, limits: FrameLimits): Promise<Buffer> {
  const deadline = Date.now() + limits.milliseconds;
  const start = await input.octets(SHORTEST_HEADER, deadline);
  const first = lengthOctetOf(start);
  const count = moreOctets(first);
  const length = count === 0 ? first : (await input.octets(count, deadline)).readUIntBE(0, count);
  if (length > limits.size) throw new MalformedBer('a message larger than is taken');
  using _ = limits.room.take(length);
  return await input.octets(length, deadline);
}

/** Size of the header and length of the content; null: there is less than a header. */
function pendingHeader(octets: Buffer): { size: number; length: number } | null {
  if (octets.length < SHORTEST_HEADER) return null;
  const first = lengthOctetOf(octets);
  const count = moreOctets(first);
  if (count === 0) return { size: SHORTEST_HEADER, length: first };
  const size = SHORTEST_HEADER + count;
  return octets.length < size ? null : { size, length: octets.readUIntBE(SHORTEST_HEADER, count) };
}

function lengthOctetOf(start: Buffer): number {
  if (start[0] !== tags.sequence) throw new MalformedBer('what came is no LDAP message');
  return start[1] as number;
}

/** That the length takes behind the first one. */
function moreOctets(first: number): number {
  if (first < 0x80) return 0;
  const count = first & 0x7f;
  // RFC 4511 §5.1: only the definite form of length encoding is used.
  if (count === 0 || count > 4) throw new MalformedBer('a length that is none of LDAP');
  return count;
}
