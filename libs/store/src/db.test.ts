import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isTransient, openDatabase } from './db.ts';

/** One message of the frontend/backend protocol (PostgreSQL 17, 53.7): type, length, body. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const authenticated = message('R', Buffer.alloc(4));
const readyForQuery = message('Z', Buffer.from('I'));
const terminated = message(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

let server: Server;
let url: string;
beforeAll(async () => {
  // A server that ends each session in the packet that opens it.
  server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(Buffer.concat([authenticated, readyForQuery, terminated])));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `postgres://pochtar@127.0.0.1:${(server.address() as AddressInfo).port}/pochtar`;
});
afterAll(() => void server.close());

test.each(['a statement', 'a transaction'])(
  'a connection that ends while it is handed over fails %s, which may be repeated, and not the process',
  async (what) => {
    const uncaught: unknown[] = [];
    const note = (error: unknown): void => void uncaught.push(error);
    process.on('uncaughtException', note);
    try {
      await using db = openDatabase({ url, max: 1 });
      const statement = { text: 'select 1' };
      const asked =
        what === 'a statement' ? db.query(statement) : db.transaction((tx) => tx.query(statement));
      const error = await asked.then(
        () => undefined,
        (failure: unknown) => failure,
      );
      expect(isTransient(error)).toBe(true);
    } finally {
      process.off('uncaughtException', note);
    }
    expect(uncaught).toEqual([]);
  },
);
