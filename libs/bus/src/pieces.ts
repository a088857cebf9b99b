// Bytes that do not fit into one message: who has them offers them at a subject, and whoever is told of it fetches them piece
// by piece. Nothing is kept anywhere but in the memory of both.
//
// `pieces.<owner>.<id>`: each program may offer its own ones, and only those may fetch them that it asks questions
// (infra/native/src/nats-users.ts). The id cannot be guessed.
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Bus } from './bus.ts';

/** Far below what the bus takes as one message. */
const PIECE_BYTES = 256 * 1024;
/** For one of them. */
const PIECE_MS = 5000;

/** Names bytes that are offered; goes with the question that is about them. */
export const offered = z.object({
  subject: z
    .string()
    .regex(/^pieces\.[a-z0-9-]{1,40}\.[0-9a-f-]{36}$/)
    .meta({ examples: ['pieces.ctl.01930000-0000-7000-8000-000000000001'] }),
  bytes: z.int().nonnegative(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({ examples: ['0'.repeat(64)] }),
});
export type Offered = z.infer<typeof offered>;

/** Offers the bytes until it is disposed of; `onFetched` hears how many have gone out. */
export function offerPieces(
  bus: Bus,
  bytes: Buffer,
  onFetched?: (bytes: number) => void,
): { readonly offer: Offered } & Disposable {
  const subject = `pieces.${bus.user}.${randomUUID()}`;
  const subscription = bus.connection.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) return;
      const start = Number(message.string());
      const isWithin = Number.isSafeInteger(start) && start >= 0 && start < bytes.length;
      message.respond(isWithin ? bytes.subarray(start, start + PIECE_BYTES) : new Uint8Array());
      if (isWithin) onFetched?.(Math.min(bytes.length, start + PIECE_BYTES));
    },
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    offer: { subject, bytes: bytes.length, sha256 },
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}

/** Throws when they are more than `max`, do not come, or are others than those that were offered. */
export async function fetchPieces(
  bus: Bus,
  { subject, bytes, sha256 }: Offered,
  max: number,
): Promise<Buffer> {
  if (bytes > max) throw new RangeError(`${bytes} bytes are offered, more than ${max}`);
  const whole = Buffer.alloc(bytes);
  for (let start = 0; start < bytes; ) {
    const piece = await bus.connection.request(subject, `${start}`, { timeout: PIECE_MS });
    const { length } = piece.data;
    if (length === 0 || start + length > bytes) throw new RangeError('a piece does not fit');
    whole.set(piece.data, start);
    start += length;
  }
  if (createHash('sha256').update(whole).digest('hex') !== sha256) throw new RangeError('other bytes came');
  return whole;
}
