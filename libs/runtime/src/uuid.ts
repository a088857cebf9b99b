// UUIDs of version 7: ids whose order is the order in which they were made, so that rows of one time lie
// together in an index. RFC 9562 §5.7.
import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;
const RANDOM_BYTES = 8;
/** RFC 9562 §6.2 method 1: the 12 bits behind the millisecond count on; the highest bit starts at 0 as room. */
const COUNTER_START = 0x7ff;
const COUNTER_END = 0xfff;

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let poolAt = POOL_BYTES;
let lastMs = 0;
let counter = 0;

/**
 * A new id in small letters. Ids of one process ascend strictly, also when its clock is set back.
 *
 * @param now milliseconds since 1970, for tests
 */
export function uuidv7(now = Date.now()): string {
  if (poolAt + RANDOM_BYTES > POOL_BYTES) {
    randomFillSync(pool);
    poolAt = 0;
  }
  if (now > lastMs) {
    lastMs = now;
    counter = pool.readUInt16LE(poolAt) & COUNTER_START;
  } else if (++counter > COUNTER_END) {
    // RFC 9562 §6.2: a full counter borrows the next millisecond.
    lastMs++;
    counter = 0;
  }
  const text = format(lastMs, counter, pool, poolAt);
  poolAt += RANDOM_BYTES;
  return text;
}

function format(ms: number, count: number, random: Buffer, at: number): string {
  const time = ms.toString(16).padStart(12, '0');
  const octet = (index: number): string => HEX[random[at + index] as number] as string;
  // RFC 9562 §4.1, §4.2: version 7, variant 10.
  const variant = HEX[((random[at] as number) & 0x3f) | 0x80] as string;
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-7${count.toString(16).padStart(3, '0')}-${variant}${octet(1)}-` +
    octet(2) +
    octet(3) +
    octet(4) +
    octet(5) +
    octet(6) +
    octet(7)
  );
}
