// Other people's mail servers: real ones on loopback with a script for what they refuse, and a raw one for what no
// real server does.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import type { PostOffice } from './post-office.ts';

export interface Received {
  from: string;
  to: string[];
  text: string;
  secure: boolean;
  /** What MAIL and RCPT said beside the address. */
  parameters: { mail: object; rcpt: object[] };
  session: string;
}

export interface FarSide extends AsyncDisposable {
  domain: string;
  received: Received[];
  /** Connections so far. */
  connections(): number;
  /** Most of them at once. */
  mostAtOnce(): number;
}

interface Refusal extends Error {
  responseCode: number;
}

/** `throw reply('451 4.7.1 later')` inside a script. */
export function reply(text: string): Refusal {
  return Object.assign(new Error(text.slice(4)), { responseCode: Number(text.slice(0, 3)) });
}

export interface Script {
  onMail?: (address: string) => void;
  onRcpt?: (address: string) => void;
  /** After the data has come. */
  onData?: (text: string, socket: Socket) => void | Promise<void>;
  options?: SMTPServerOptions;
}

/** A server for `domain`, found by its MX record. */
export async function startFarSide(
  office: PostOffice,
  domain: string,
  script: Script = {},
): Promise<FarSide> {
  const received: Received[] = [];
  let [connections, open, most] = [0, 0, 0];
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    authOptional: true,
    hideDSN: false,
    disableReverseLookup: true,
    logger: false,
    ...script.options,
    onConnect: (_session, done) => {
      connections++;
      most = Math.max(most, ++open);
      done();
    },
    onClose: (session, done) => {
      open--;
      script.options?.onClose?.(session, done);
    },
    onMailFrom: ({ address }, _session, done) => answer(done, () => script.onMail?.(address)),
    onRcptTo: ({ address }, _session, done) => answer(done, () => script.onRcpt?.(address)),
    onData: (stream, session, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const text = Buffer.concat(pieces).toString('latin1');
        void finish(
          () => script.onData?.(text, [...sockets].at(-1) as Socket),
          done,
          () => received.push(receivedOf(session, text)),
        );
      });
    },
  });
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  announce(office, domain, (server.server.address() as AddressInfo).port);
  return {
    domain,
    received,
    connections: () => connections,
    mostAtOnce: () => most,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Lets the script look at the data, and takes it unless it throws. */
async function finish(
  look: () => void | Promise<void>,
  done: (error?: Error | null) => void,
  take: () => void,
): Promise<void> {
  try {
    await look();
  } catch (error) {
    return done(error as Error);
  }
  take();
  done();
}

function answer(done: (error?: Error | null) => void, check: () => void): void {
  try {
    check();
    done();
  } catch (error) {
    done(error as Error);
  }
}

function receivedOf(session: SMTPServerSession, text: string): Received {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map(({ address }) => address),
    text,
    secure: session.secure,
    parameters: {
      mail: (mailFrom !== false && mailFrom.args) || {},
      rcpt: rcptTo.map(({ args }) => args || {}),
    },
    session: session.id,
  };
}

export function announce(office: PostOffice, domain: string, port: number): void {
  office.dns.set(domain, 'MX', `10 mail.${domain}`);
  office.dns.set(`mail.${domain}`, 'A', '127.0.0.1');
  office.ports.set(domain, port);
}

/** A server that answers each line as the script says; undefined: says nothing; null: hangs up. */
export async function startRawSide(
  office: PostOffice,
  domain: string,
  respond: (line: string, socket: Socket, connection: number) => string | null | undefined,
): Promise<AsyncDisposable & { lines: string[]; connections(): number }> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => {});
    const say = (line: string): void => {
      const said = respond(line, socket, connection);
      if (said === null) socket.destroy();
      else if (said !== undefined) socket.write(`${said}\r\n`);
    };
    let rest = '';
    socket.on('data', (data) => {
      const parts = (rest + data.toString('latin1')).split('\r\n');
      rest = parts.pop() as string;
      for (const line of parts) {
        lines.push(line);
        say(line);
      }
    });
    say('(connected)');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  announce(office, domain, (server.address() as AddressInfo).port);
  return {
    lines,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
