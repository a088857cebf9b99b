// What strains the service, in a process of its own (ldap-process.ts): mutated messages, connections that say nothing, beginnings
// of large messages, and clients that ask and do not read.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { searchMessage } from './encode-request.ts';
import { mutations } from './mutated-messages.ts';

export type Strain =
  /** Until so many messages were answered, or have ended their session. */
  | { kind: 'mutated'; messages: number; seed: number }
  /** For a while. */
  | { kind: 'silent' | 'beginnings' | 'deaf'; connections: number; milliseconds: number };

const HOST = '127.0.0.1';
/** At a time, and messages of each. */
const CONNECTIONS = 100;
const MESSAGES_OF_ONE = 12;
/** Against a session that waits on purpose, as after a wrong password. */
const PATIENCE_MS = 2000;
/** Of the large message, and what of it is sent. */
const CLAIMED = 60_000;
const SENT = 50_000;
const ANSWERS_UNREAD = 400;

process.once('message', (order: Strain & { port: number }) => {
  const work = order.kind === 'mutated' ? mutated(order, order.port) : many(order, order.port);
  work.then(
    (count) => process.send?.({ count }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

async function mutated({ messages, seed }: Extract<Strain, { kind: 'mutated' }>, port: number) {
  let count = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, index) => {
      const next = mutations(seed + index + 1);
      while (count < messages) {
        const looked = await answered(port, Array.from({ length: MESSAGES_OF_ONE }, next));
        // Apart: all of them add to it.
        count += looked;
      }
    }),
  );
  return count;
}

/** How many of them were looked at: those with an answer, and the one that ended the session. */
async function answered(port: number, octets: readonly Buffer[]): Promise<number> {
  const socket = await open(port);
  let results = 0;
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let size = frameSize(rest); size !== null && size <= rest.length; size = frameSize(rest)) {
      if (!isEntry(rest.subarray(0, size))) results++;
      rest = rest.subarray(size);
    }
  });
  const closed = once(socket, 'close');
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.end(Buffer.concat(octets));
  await closed;
  return Math.max(1, results);
}

function frameSize(octets: Buffer): number | null {
  const first = octets[1];
  if (first === undefined) return null;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  return octets.length < 2 + count ? null : 2 + count + octets.readUIntBE(2, count);
}

function isEntry(frame: Buffer): boolean {
  const first = frame[1] as number;
  const at = first < 0x80 ? 2 : 2 + (first & 0x7f);
  return frame[at + 2 + (frame[at + 1] as number)] === 0x64;
}

async function many(
  { kind, connections, milliseconds }: Exclude<Strain, { kind: 'mutated' }>,
  port: number,
): Promise<number> {
  const sockets: Socket[] = [];
  while (sockets.length < connections) {
    const batch = Math.min(100, connections - sockets.length);
    const opened = await Promise.all(Array.from({ length: batch }, () => open(port)));
    for (const socket of opened) says(kind, socket);
    sockets.push(...opened);
  }
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const count = sockets.filter(({ destroyed }) => !destroyed).length;
  for (const socket of sockets) socket.destroy();
  return count;
}

function says(kind: 'silent' | 'beginnings' | 'deaf', socket: Socket): void {
  if (kind === 'beginnings') {
    const header = Buffer.from([0x30, 0x83, 0, 0, 0]);
    header.writeUIntBE(CLAIMED, 2, 3);
    socket.write(Buffer.concat([header, Buffer.alloc(SENT, 1)]));
  }
  if (kind === 'deaf') {
    socket.pause();
    const request = searchMessage(2, { base: '', scope: 0, attributes: ['*', '+'] });
    socket.write(Buffer.concat(Array.from({ length: ANSWERS_UNREAD }, () => request)));
  } else {
    socket.resume();
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: HOST, allowHalfOpen: false });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}
