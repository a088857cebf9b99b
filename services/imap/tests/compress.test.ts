// COMPRESS DEFLATE (RFC 4978): the dialogue goes on, and what is hostile when it is inflated meets the same limits.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { constants, createDeflateRaw, createInflateRaw, deflateRawSync } from 'node:zlib';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

/** Logged in, and compressed from now on. */
async function compressedSocket(account: string): Promise<Socket> {
  const socket = connect(imap.ports.imap, imap.host);
  let said = '';
  socket.on('data', (data) => (said += data.toString('latin1')));
  await eventually(() => expect(said).toContain('* OK'));
  socket.write(`a LOGIN ${account} secret\r\n`);
  await eventually(() => expect(said).toContain('a OK'));
  socket.write('b COMPRESS DEFLATE\r\n');
  await eventually(() => expect(said).toContain('b OK'));
  socket.removeAllListeners('data');
  return socket;
}

async function compressed(account: string): Promise<ImapClient> {
  const socket = await compressedSocket(account);
  const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  deflate.pipe(socket);
  socket.pipe(inflate);
  return new ImapClient(Duplex.from({ readable: inflate, writable: deflate }) as Socket);
}

test('RFC 4978 §3: commands, literals and long answers go both ways, and once is enough', async () => {
  const account = await imap.newAccount();
  const client = await compressed(account);
  const message = `Subject: long\r\n\r\n${'word '.repeat(200_000)}\r\n`;
  await client.append('INBOX', message);
  await client.ok('SELECT INBOX');
  expect(await client.section('1', 'BODY[]')).toBe(message);
  expect(await client.command('COMPRESS DEFLATE')).toMatchObject({ status: 'NO' });
  expect((await client.command('COMPRESS DEFLATE')).text).toContain('[COMPRESSIONACTIVE]');
  const { untagged } = await client.command('LOGOUT');
  expect(untagged[0]).toMatch(/^\* BYE/);
  await eventually(() => expect([...imap.sessions].filter((each) => each.isCompressed)).toHaveLength(0));
});

test('RFC 4978 §3: other mechanisms are refused, and strangers may not', async () => {
  const account = await imap.newAccount();
  using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  expect((await client.command('COMPRESS LZ4')).status).toBe('NO');
  expect((await client.command('COMPRESS')).status).toBe('BAD');
  using stranger = await ImapClient.open({ host: imap.host, port: imap.ports.imap });
  expect((await stranger.command('COMPRESS DEFLATE')).status).toBe('BAD');
});

test('a line that inflates without end is ended, a body that inflates beyond its literal too, and holds nothing', async () => {
  const account = await imap.newAccount();
  for (const bomb of [
    Buffer.alloc(64 * 1024 * 1024, 'x'),
    Buffer.concat([Buffer.from('a APPEND INBOX {99999999999+}\r\n'), Buffer.alloc(128 * 1024 * 1024, 'x')]),
  ]) {
    const socket = await compressedSocket(account);
    const before = process.memoryUsage().rss;
    // Some 60 kB.
    const octets = deflateRawSync(bomb);
    socket.on('error', () => {});
    socket.resume();
    socket.write(octets);
    await once(socket, 'close');
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  }
});

test('what can not be inflated ends the connection', async () => {
  const socket = await compressedSocket(await imap.newAccount());
  socket.on('error', () => {});
  socket.resume();
  socket.write(Buffer.alloc(1000, 0xff));
  await once(socket, 'close');
  await eventually(() => expect([...imap.sessions].filter((each) => each.isCompressed)).toHaveLength(0));
});

test('what is new is told in IDLE, and a dismissed session hears why', async () => {
  const account = await imap.newAccount();
  const client = await compressed(account);
  await client.ok('SELECT INBOX');
  client.socket.write('i IDLE\r\n');
  expect(await client.line()).toMatch(/^\+ /);
  await imap.deliver(account, 'Subject: x\r\n\r\n');
  for (const session of imap.sessions) if (session.isCompressed) session.changed();
  expect(await client.line()).toBe('* 1 EXISTS');
  expect(await client.line()).toBe('* 1 RECENT');
  client.socket.write('DONE\r\n');
  expect(await client.line()).toMatch(/^i OK/);
  const { Bye } = await import('../src/reply.ts');
  for (const session of imap.sessions) if (session.isCompressed) session.dismiss(new Bye('enough'));
  expect(await client.line()).toBe('* BYE enough');
});
