// Scans over ICAP (RFC 3507): Kaspersky Scan Engine and Dr.Web. The mail is sent as the body of an HTTP response
// (RESPMOD; REQMOD where a service offers only that), whole and without preview: no scanner may decide from its
// beginning alone. 204 is clean, a named finding is infected, everything else is unclear and so an error.
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { findingOf, type IcapHead, MAX_HEAD_BYTES, parseIcapHead } from './icap-head.ts';
import {
  CONNECT_MS,
  hostAndPort,
  drained,
  LIMITS,
  PING_MS,
  type ScanLimits,
  type Scanner,
  type ScanResult,
  scanLimit,
  SourceFailed,
} from './scanner.ts';

const ICAP_PORT = 1344;
const ICAPS_PORT = 11_344;
/** RFC 3507 §4.10.2: how long the answer to OPTIONS counts, unless it says less. */
const MAX_OPTIONS_MS = 300_000;

type Method = 'RESPMOD' | 'REQMOD';

interface Service {
  host: string;
  port: number;
  isTls: boolean;
  url: string;
}

/** `url` is icap://host[:port]/service, or icaps:// for TLS from the first byte. */
export function icapScanner(name: string, url: string, limits: Partial<ScanLimits> = {}): Scanner {
  const { scanMs, idleMs } = { ...LIMITS, ...limits };
  const service = serviceOf(url);
  let known: { method: Method; until: number } | null = null;
  const scan: Scanner['scan'] = async (open, length, stop) => {
    using limit = scanLimit(scanMs(length), stop);
    const { signal } = limit;
    try {
      if (known === null || known.until <= Date.now()) known = await askOptions(service, signal);
      return resultOf(name, await sendMail(service, known.method, { open, length, idleMs }, signal));
    } catch (error) {
      if (error instanceof SourceFailed) throw error;
      known = null;
      return { kind: 'error', reason: `${name}: ${limit.reason(error)}` };
    }
  };
  const isWell: Scanner['isWell'] = async (stop) => {
    using limit = scanLimit(PING_MS, stop);
    return askOptions(service, limit.signal).then(
      () => true,
      () => false,
    );
  };
  const version: Scanner['version'] = async (stop) => {
    using limit = scanLimit(PING_MS, stop);
    return (await askOptions(service, limit.signal)).version;
  };
  return { name, scan, isWell, version };
}

function serviceOf(url: string): Service {
  const match = /^(icaps?):\/\/([^/]+)\//i.exec(url);
  if (match === null) throw new Error(`${url} is no ICAP address`);
  const isTls = match[1]?.toLowerCase() === 'icaps';
  return { ...hostAndPort(match[2] ?? '', isTls ? ICAPS_PORT : ICAP_PORT), isTls, url };
}

// RFC 3507 §4.10: OPTIONS says which methods a service has.
async function askOptions(
  service: Service,
  signal: AbortSignal,
): Promise<{ method: Method; until: number; version: string }> {
  await using connection = await openConnection(service, signal);
  connection.socket.write(requestHead(service, 'OPTIONS', ['Encapsulated: null-body=0']));
  const head = await connection.head;
  if (head.status !== 200) throw new Error(`OPTIONS was answered with ${head.status}: check the address`);
  const methods = (head.fields.get('methods') ?? '').toUpperCase().split(/[\s,]+/);
  const method = (['RESPMOD', 'REQMOD'] as const).find((each) => methods.includes(each));
  if (method === undefined)
    throw new Error('the service offers neither RESPMOD nor REQMOD: check the address');
  const seconds = Number(head.fields.get('options-ttl') ?? Number.NaN);
  const ttl = Number.isFinite(seconds) ? Math.min(seconds * 1000, MAX_OPTIONS_MS) : MAX_OPTIONS_MS;
  // RFC 3507 §4.10.2: Service says what it is; ISTag changes with its version.
  const version = ['service', 'server', 'istag'].flatMap((name) => head.fields.get(name) ?? []).join(', ');
  return { method, until: Date.now() + ttl, version };
}

async function sendMail(
  service: Service,
  method: Method,
  { open, length, idleMs }: { open: () => AsyncIterable<Buffer>; length: number; idleMs: number },
  signal: AbortSignal,
): Promise<IcapHead> {
  await using connection = await openConnection(service, signal);
  const { socket } = connection;
  const { encapsulated, headers } = httpHeaders(method, length);
  socket.write(requestHead(service, method, ['Allow: 204', `Encapsulated: ${encapsulated}`]) + headers);
  // A scanner may answer before it has read everything; then the rest is not sent.
  let answered = false;
  const head = connection.head.finally(() => {
    answered = true;
  });
  head.catch(() => {});
  for await (const chunk of bodyOf(open)) {
    if (answered) break;
    socket.write(`${chunk.length.toString(16)}\r\n`);
    socket.write(chunk);
    if (!socket.write('\r\n')) await Promise.race([drained(socket, idleMs), head.catch(() => {})]);
  }
  if (!answered) socket.write('0\r\n\r\n');
  // An answer counts more than a connection that broke after it.
  return await head;
}

async function* bodyOf(open: () => AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of open()) if (chunk.length > 0) yield chunk;
  } catch (error) {
    throw new SourceFailed('the mail could not be read', { cause: error });
  }
}

function requestHead({ host, port, url }: Service, method: string, fields: string[]): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return [
    `${method} ${url} ICAP/1.0`,
    `Host: ${name}:${port}`,
    'User-Agent: Pochtar',
    'Connection: close',
    ...fields,
    '',
    '',
  ].join('\r\n');
}

// RFC 3507 §4.4.1: Encapsulated gives the offset of each part.
function httpHeaders(method: Method, length: number): { encapsulated: string; headers: string } {
  const type = `Content-Type: message/rfc822\r\nContent-Length: ${length}\r\n\r\n`;
  if (method === 'REQMOD') {
    const request = `POST http://pochtar.invalid/mail.eml HTTP/1.1\r\nHost: pochtar.invalid\r\n${type}`;
    return { encapsulated: `req-hdr=0, req-body=${request.length}`, headers: request };
  }
  const request = 'GET http://pochtar.invalid/mail.eml HTTP/1.1\r\nHost: pochtar.invalid\r\n\r\n';
  const response = `HTTP/1.1 200 OK\r\n${type}`;
  const bodyAt = request.length + response.length;
  return {
    encapsulated: `req-hdr=0, res-hdr=${request.length}, res-body=${bodyAt}`,
    headers: request + response,
  };
}

function resultOf(name: string, head: IcapHead): ScanResult {
  const finding = findingOf(head);
  if (finding?.kind === 'unscannable') {
    return { kind: 'unscannable', reason: `${name} could not look inside: ${finding.reason}` };
  }
  if (finding !== null) return finding;
  // RFC 3507 §4.6: 204 is "no modification needed", which we always allow.
  if (head.status === 204) return { kind: 'clean' };
  return { kind: 'error', reason: `${name}: unclear answer ${head.status} without a finding` };
}

interface Connection extends AsyncDisposable {
  socket: Socket;
  /** The head of the response; rejects when the connection ends without one. */
  head: Promise<IcapHead>;
}

async function openConnection(service: Service, signal: AbortSignal): Promise<Connection> {
  const { host, port, isTls } = service;
  const socket = isTls
    ? connectTls({ host, port, servername: host, ALPNProtocols: [] })
    : connectPlain({ host, port });
  const abort = (): void => void socket.destroy(new Error('stopped'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no connection in time')));
  try {
    await once(socket, isTls ? 'secureConnect' : 'connect');
  } catch (error) {
    signal.removeEventListener('abort', abort);
    throw new Error(`no connection to ${host}:${port}: ${(error as Error).message}`, { cause: error });
  }
  socket.setTimeout(0);
  const head = readHead(socket);
  head.catch(() => {});
  return {
    socket,
    head,
    [Symbol.asyncDispose]: () => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      return Promise.resolve();
    },
  };
}

function readHead(socket: Socket): Promise<IcapHead> {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const end = /\r?\n\r?\n/.exec(text)?.index;
      if (end === undefined && text.length <= MAX_HEAD_BYTES) return;
      // What follows the head is not wanted, and must not block the other end.
      socket.off('data', read).resume();
      // RFC 3507 §4.5: 100 Continue only follows a preview, which is never sent.
      const head = end === undefined ? null : parseIcapHead(text.slice(0, end));
      if (head === null) reject(new Error('the answer is no ICAP'));
      else resolve(head);
    };
    socket.on('data', read);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection ended without an answer')));
  });
}
