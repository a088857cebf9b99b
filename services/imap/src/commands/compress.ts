// COMPRESS DEFLATE (RFC 4978): from the answer on, both sides compress. What a client makes of few octets passes the same
// limits as what it sends in full, and is inflated no faster than it is read.
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import { Disconnected } from '@pochtar/runtime';
import type { Run } from '../command.ts';
import { formatReply, no, ok } from '../reply.ts';

// A session holds 64 KiB for it instead of 256; what is sent is longer by a few percent.
const DEFLATE = { level: 5, windowBits: 13, memLevel: 6, flush: constants.Z_SYNC_FLUSH };
// A client that goes leaves its stream without an end.
const INFLATE = { finishFlush: constants.Z_SYNC_FLUSH };

export const compress: Run = async (session, { cursor, tag }) => {
  cursor.space();
  const mechanism = cursor.word();
  cursor.end();
  if (mechanism !== 'DEFLATE') return no('only DEFLATE is known', 'CANNOT');
  // RFC 4978 §3: only once.
  if (session.isCompressed) return no('the connection is compressed already', 'COMPRESSIONACTIVE');
  const { input, output, socket } = session;
  // Before the answer: what comes after it is compressed.
  input.detach();
  output.text(formatReply(tag, ok('compressing from here on')));
  await output.flush();
  if (socket.destroyed) throw new Disconnected('the client has gone');
  session.isCompressed = true;
  const deflate = createDeflateRaw(DEFLATE);
  const inflate = createInflateRaw(INFLATE);
  const end = (): void => {
    inflate.destroy();
    deflate.destroy();
    socket.destroy();
  };
  // What can't be inflated ends the connection, as octets of TLS would that can't be read.
  inflate.once('error', end);
  deflate.once('error', end);
  socket.once('close', end);
  // One that is given up has not ended.
  deflate.once('close', () => {
    if (!deflate.readableEnded) end();
  });
  socket.pipe(inflate);
  deflate.pipe(socket);
  input.attach(inflate);
  output.attach(deflate);
  return null;
};
