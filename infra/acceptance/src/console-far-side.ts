// The rest of the world: a relay that remembers how it was talked to, and scanners that remember what they were shown.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Relayed {
  session: string;
  helo: string;
  secure: boolean;
  login: string;
  from: string;
  text: string;
}

export interface FakeRelay extends AsyncDisposable {
  port: number;
  received: Relayed[];
  /** Most connections at once so far. */
  mostAtOnce: number;
  /** It puts every recipient off. */
  isGrey: boolean;
  /** How long it thinks about each mail. */
  delayMs: number;
}

/** A mail server that takes everything, and says to whom it was told to be talking. */
export async function startRelay(options: SMTPServerOptions = {}): Promise<FakeRelay> {
  const received: Relayed[] = [];
  const state = { port: 0, received, mostAtOnce: 0, isGrey: false, delayMs: 0 };
  let open = 0;
  const logins = new Map<string, string>();
  const server = new SMTPServer({
    ...{ authOptional: true, disableReverseLookup: true, logger: false, authMethods: ['PLAIN'] },
    ...options,
    onConnect(_session, done) {
      state.mostAtOnce = Math.max(state.mostAtOnce, ++open);
      done();
    },
    onClose: () => void open--,
    onRcptTo(_address, _session, done) {
      done(state.isGrey ? Object.assign(new Error('4.7.1 come back later'), { responseCode: 451 }) : null);
    },
    onAuth({ username, password }, session, done) {
      logins.set(session.id, `${username}:${password}`);
      done(null, { user: username ?? '' });
    },
    onData(stream, session, done) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const { mailFrom } = session.envelope;
        received.push({
          helo: session.hostNameAppearsAs,
          secure: session.secure,
          session: session.id,
          login: logins.get(session.id) ?? '',
          from: mailFrom === false ? '' : mailFrom.address,
          text: Buffer.concat(pieces).toString('latin1'),
        });
        setTimeout(done, state.delayMs);
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  state.port = (server.server.address() as AddressInfo).port;
  return Object.assign(state, {
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

export interface FakeScanner extends AsyncDisposable {
  /** host:port */
  address: string;
  /** All that it was sent. */
  shown: string;
  /** What it says of a mail; undefined: clean. */
  virus: string | undefined;
}

/** Speaks like clamd and, to whoever speaks ICAP (RFC 3507), like a scanner behind that. */
export async function startScanner(): Promise<FakeScanner> {
  const state: Pick<FakeScanner, 'shown' | 'virus'> = { shown: '', virus: undefined };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let text = '';
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      const piece = chunk.toString('latin1');
      state.shown += piece;
      text += piece;
      const answer = answerTo(text, state.virus);
      if (answer !== undefined) socket.end(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(state, {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}

function answerTo(text: string, virus: string | undefined): string | undefined {
  if (text.startsWith('zPING\0')) return 'PONG\0';
  if (text.startsWith('zVERSION\0')) return 'ClamAV 1.4.3/27800\0';
  if (text.startsWith('zINSTREAM\0')) {
    if (!text.endsWith('\0\0\0\0')) return undefined;
    return `stream: ${virus === undefined ? 'OK' : `${virus} FOUND`}\0`;
  }
  if (text.startsWith('OPTIONS ')) {
    if (!text.endsWith('\r\n\r\n')) return undefined;
    return 'ICAP/1.0 200 OK\r\nMethods: RESPMOD\r\nISTag: "fake"\r\nEncapsulated: null-body=0\r\n\r\n';
  }
  if (text.startsWith('RESPMOD '))
    return text.endsWith('0\r\n\r\n') ? 'ICAP/1.0 204 No Content\r\n\r\n' : undefined;
  return undefined;
}
