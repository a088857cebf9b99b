// One message of a stream: taken only when its length is known to be one that is allowed, so that a client that claims two
// gigabytes is told so before an octet of them is waited for.
import type { SocketInput } from '@pochtar/runtime';
import { MalformedBer } from './malformed.ts';
import { tags } from './tags.ts';

export interface FrameLimits {
  /** Octets of a message. */
  size: number;
  /** From its first octet to its last. */
  milliseconds: number;
}

/** The content of the next LDAPMessage, whose beginning is there. */
export async function readFrame(input: SocketInput, limits: FrameLimits): Promise<Buffer> {
  const deadline = Date.now() + limits.milliseconds;
  const start = await input.octets(2, deadline);
  if (start[0] !== tags.sequence) throw new MalformedBer('what came is no LDAP message');
  const length = await readLength(input, start[1] as number, deadline);
  if (length > limits.size) throw new MalformedBer('a message larger than is taken');
  return input.octets(length, deadline);
}

async function readLength(input: SocketInput, first: number, deadline: number): Promise<number> {
  if (first < 0x80) return first;
  const count = first & 0x7f;
  // RFC 4511 §5.1: only the definite form of length encoding is used.
  if (count === 0 || count > 4) throw new MalformedBer('a length that is none of LDAP');
  return (await input.octets(count, deadline)).readUIntBE(0, count);
}
