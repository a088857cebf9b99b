// One event to one address, over HTTP. The name is resolved here and only addresses that may be connected to are: those of
// the public internet, and the networks that the environment allows, where it may be plain HTTP. Redirects are not followed,
// and an answer is bounded in size and time.
import { type BlockList, isIP } from 'node:net';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { cleanText } from '@pochtar/mail';
import { type Resolver, unfit } from '@pochtar/runtime';
import type { Attempt } from './schedule.ts';

const ALL_MS = 15_000;
const MAX_ADDRESSES = 2;
const MAX_ANSWER = 64 * 1024;
const KEPT_ANSWER = 300;
const IDLE_MS = 20_000;
/** To one address at once, over all hooks. */
const MAX_SOCKETS = 8;

export interface Post {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** The process stops. */
  signal: AbortSignal;
}

export interface PostTools {
  resolver: Pick<Resolver, 'a' | 'aaaa'>;
  networks: BlockList;
}

export class Poster implements Disposable {
  readonly #tools: PostTools;
  readonly #agents: Record<'http:' | 'https:', http.Agent>;

  constructor(tools: PostTools) {
    this.#tools = tools;
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: 2, timeout: IDLE_MS };
    this.#agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
  }

  [Symbol.dispose](): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  /** Never throws but when `signal` has ended it: nobody knows then what came of it. */
  async post(asked: Post): Promise<Attempt> {
    const began = performance.now();
    const within = AbortSignal.any([asked.signal, AbortSignal.timeout(ALL_MS)]);
    const answer = await this.#attempt(asked, within);
    asked.signal.throwIfAborted();
    return { ...answer, milliseconds: Math.round(performance.now() - began) };
  }

  async #attempt(asked: Post, within: AbortSignal): Promise<Omit<Attempt, 'milliseconds'>> {
    const url = new URL(asked.url);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    let fault: unknown;
    try {
      const addresses = await this.#addressesOf(host, url.protocol);
      if (typeof addresses === 'string') return failed(addresses);
      for (const address of addresses.slice(0, MAX_ADDRESSES)) {
        try {
          return await this.#ask({ ...asked, signal: within }, url, host, address);
        } catch (error) {
          fault = error;
          if (within.aborted) break;
        }
      }
    } catch (error) {
      fault = error;
    }
    const { message } = fault as Error;
    return failed(within.aborted ? `no answer within ${ALL_MS / 1000} seconds` : message);
  }

  /** Those that may be connected to, or why there is none. */
  async #addressesOf(host: string, protocol: string): Promise<string[] | string> {
    const { resolver, networks } = this.#tools;
    const found = isIP(host) === 0 ? await addressesOf(resolver, host) : [host];
    if (found.length === 0) return `the DNS has no address for ${host}`;
    const isAllowed = (address: string): boolean =>
      networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
    const fit = found.filter((address) => unfit(address, networks) === null);
    if (fit.length === 0)
      return `${host} has no address of the public internet, and POCHTAR_HOOK_NETWORKS does not allow ${found[0]}`;
    if (protocol === 'https:') return fit;
    const plain = fit.filter(isAllowed);
    return plain.length > 0 ? plain : 'http:// is for addresses in POCHTAR_HOOK_NETWORKS only: use https://';
  }

  async #ask(asked: Post, url: URL, host: string, address: string): Promise<Omit<Attempt, 'milliseconds'>> {
    const response = await this.#send(asked, url, host, address, true);
    const text = await beginningOf(response);
    const status = response.statusCode ?? 0;
    const isTaken = status >= 200 && status < 300;
    const isRedirect = status >= 300 && status < 400;
    const answer = isRedirect ? `redirects are not followed: give the address itself (${text})` : text;
    return { isTaken, status, answer, retryAfterMs: retryAfter(response) };
  }

  #send(asked: Post, url: URL, host: string, address: string, mayRepeat: boolean): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const protocol = url.protocol as 'http:' | 'https:';
    const request = (protocol === 'https:' ? https : http).request({
      ...{ host: address, method: 'POST', path: `${url.pathname}${url.search}` },
      port: url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port),
      ...(protocol === 'https:' && {
        servername: isIP(host) === 0 ? host : '',
        minVersion: 'TLSv1.2' as const,
      }),
      headers: { ...asked.headers, host: url.host, 'content-length': Buffer.byteLength(asked.body) },
      agent: this.#agents[protocol],
      maxHeaderSize: 16 * 1024,
      signal: asked.signal,
    });
    request.once('response', (response) => {
      // Who reads it hears of it too.
      response.on('error', reject);
      resolve(response);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A connection that was kept may have been closed meanwhile: that is no fault of the address.
      const isStale = request.reusedSocket && error.code === 'ECONNRESET' && mayRepeat;
      if (isStale) resolve(this.#send(asked, url, host, address, false));
      else reject(error);
    });
    request.end(asked.body);
    return promise;
  }
}

async function addressesOf(resolver: PostTools['resolver'], host: string): Promise<string[]> {
  const answers = await Promise.allSettled([resolver.a(host), resolver.aaaa(host)]);
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const failure = answers.find((answer) => answer.status === 'rejected');
  if (found.length === 0 && failure !== undefined) throw failure.reason;
  return found;
}

/** The beginning as text; the rest is read and thrown away, so that the connection may be used again, up to a bound. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      if (size < KEPT_ANSWER) pieces.push(piece);
      size += piece.length;
      if (size > MAX_ANSWER) break;
    }
  } finally {
    if (!response.complete) response.destroy();
  }
  return cleanText(Buffer.concat(pieces).toString('utf8').slice(0, KEPT_ANSWER)).trim();
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfter({ headers }: IncomingMessage): number | null {
  const written = headers['retry-after'];
  if (written === undefined) return null;
  const milliseconds = /^\d{1,6}$/.test(written) ? Number(written) * 1000 : Date.parse(written) - Date.now();
  return Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : null;
}

function failed(answer: string): Omit<Attempt, 'milliseconds'> {
  return {
    isTaken: false,
    status: null,
    answer: cleanText(answer).slice(0, KEPT_ANSWER),
    retryAfterMs: null,
  };
}
