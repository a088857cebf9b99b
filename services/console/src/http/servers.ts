// The HTTP servers behind the front door: plain, secure (HTTP/2 where the client offers it), redirecting. All under the
// same limits of time, and every answer of theirs has the headers of safety.
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { constants, createSecureServer, type Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import type { TlsContexts } from '@pochtar/runtime';
import type { Behind } from './front-door.ts';
import { SAFE_HEADERS, STRICT_TRANSPORT } from './safe-headers.ts';

const STREAMS_PER_CONNECTION = 100;

/** In milliseconds. */
export interface TimeLimits {
  /** For the handshake, and for the headers of a request. */
  headers: number;
  /** For a request as a whole. */
  request: number;
  /** A connection without a request is closed. */
  idle: number;
  lookEvery: number;
}

const LIMITS: TimeLimits = { headers: 15_000, request: 60_000, idle: 75_000, lookEvery: 5000 };

export interface Servers extends Behind {
  plain: Server;
  secure: Http2SecureServer;
  redirecting: Server;
}

export function createServers(tls: TlsContexts, answer: RequestListener, limits = LIMITS): Servers {
  const times = {
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.idle,
    connectionsCheckingInterval: limits.lookEvery,
  };
  const plain = createHttp(times, withSafety(answer));
  const redirecting = createHttp(times, withSafety(redirect));
  const secure = createSecureServer(
    {
      SNICallback: tls.sni,
      minVersion: 'TLSv1.2',
      // As in TlsContexts: its own context is never shown, and no authority is read for it.
      ca: [],
      handshakeTimeout: limits.headers,
      // RFC 7301, RFC 9113 §3.2: HTTP/2 where the client offers it, HTTP/1.1 otherwise.
      allowHTTP1: true,
      settings: { maxConcurrentStreams: STREAMS_PER_CONNECTION },
    },
    // Its types know HTTP/2 alone; of HTTP/1.1 it makes what the others make.
    withSafety(answer, STRICT_TRANSPORT) as never,
  );
  Object.assign(secure, times);
  // A client that names no host is not asked for by SNI: it is shown the chosen certificate, as it is now.
  let shown: object | null = null;
  secure.prependListener('connection', () => {
    if (!tls.available || tls.options === shown) return;
    shown = tls.options;
    secure.setSecureContext(tls.options);
  });
  secure.on('session', (session) => {
    const late = setTimeout(() => session.destroy(), limits.headers).unref();
    session.once('stream', () => clearTimeout(late)).once('close', () => clearTimeout(late));
    session.setTimeout(limits.idle, () => session.close());
  });
  // What Node does for HTTP/1: a request that is not there as a whole in time is given up.
  secure.on('stream', (stream) => {
    if (stream.endAfterHeaders) return;
    const late = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), limits.request).unref();
    stream.once('end', () => clearTimeout(late)).once('close', () => clearTimeout(late));
  });
  for (const server of [plain, secure, redirecting]) {
    server.on('clientError', refuse);
    // They never listen themselves, and Node begins to look after late requests when a server does.
    server.emit('listening');
  }
  return { plain, secure, redirecting };
}

function withSafety(answer: RequestListener, strict?: string): RequestListener {
  return (request, response) => {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
    if (strict !== undefined) response.setHeader('strict-transport-security', strict);
    answer(request, response);
  };
}

/** RFC 9110 §4.2.2: a name or an address, and perhaps a port. */
const HOST = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

const redirect: RequestListener = (request, response) => {
  const { host = '' } = request.headers;
  if (!HOST.test(host)) return void response.writeHead(400, { connection: 'close' }).end();
  response.writeHead(308, { location: `https://${host}${request.url ?? '/'}`, connection: 'close' }).end();
};

const TEXTS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What is no request at all. */
function refuse(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || socket.destroyed) return void socket.destroy();
  const headers = Object.entries(SAFE_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
  const status = TEXTS[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join('')}content-length: 0\r\nconnection: close\r\n\r\n`);
}
