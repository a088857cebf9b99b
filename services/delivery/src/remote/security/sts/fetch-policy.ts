// The policy of a domain from its web server, RFC 8461 §3.3: over HTTPS with a certificate for the name, no redirects,
// bounded in size and time. The domain names the host, so it is only asked at addresses that mail may be sent to.
import type { BlockList } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { addressesOf } from '../../mx.ts';
import { parsePolicy, type StsPolicy } from './policy.ts';
import { type Resolver, unfit } from '@pochtar/runtime';

const MAX_BYTES = 64 * 1024;
const MAX_ADDRESSES = 3;
const ALL_MS = 30_000;
const ONE_MS = 15_000;

/** RFC 8460 §4.3.2.2. */
export type StsFault = 'sts-policy-fetch-error' | 'sts-policy-invalid' | 'sts-webpki-invalid';

export interface FetchFailed {
  fault: StsFault;
  why: string;
}

export interface PolicyHosts {
  resolver: Pick<Resolver, 'a' | 'aaaa'>;
  remoteNetworks: BlockList;
  /** 443 but in tests. */
  port: number;
}

export async function fetchPolicy(
  { resolver, remoteNetworks, port }: PolicyHosts,
  domain: string,
  stopping: AbortSignal,
): Promise<StsPolicy | FetchFailed> {
  const host = `mta-sts.${domain}`;
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(ALL_MS)]);
  const listed = await addressesOf(host, resolver);
  if (listed.kind !== 'addresses') return failed('sts-policy-fetch-error', `${host} has no address`);
  const addresses = listed.addresses.filter((address) => unfit(address, remoteNetworks) === null);
  let failure = failed('sts-policy-fetch-error', `${host} has no address of the public internet`);
  for (const address of addresses.slice(0, MAX_ADDRESSES)) {
    const answer = await ask({ host, address, port, signal });
    if (typeof answer === 'string') return readPolicy(answer);
    failure = answer;
    if (signal.aborted) break;
  }
  return failure;
}

function readPolicy(text: string): StsPolicy | FetchFailed {
  const policy = parsePolicy(text);
  return 'fault' in policy ? failed('sts-policy-invalid', policy.fault) : policy;
}

interface Asked {
  host: string;
  address: string;
  port: number;
  signal: AbortSignal;
}

async function ask({ host, address, port, signal }: Asked): Promise<string | FetchFailed> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(ONE_MS)]);
  try {
    const response = await getFrom({ host, address, port, signal: within });
    try {
      return await textOf(response);
    } finally {
      response.destroy();
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const why = within.aborted ? 'no answer in time' : message;
    // RFC 8461 §3.3: a certificate that is not for the name, or not trusted: there is no policy.
    const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO|ISSUER/.test(code);
    return failed(isCertificate ? 'sts-webpki-invalid' : 'sts-policy-fetch-error', `https://${host}: ${why}`);
  }
}

function getFrom({ host, address, port, signal }: Asked): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = request({
    host: address,
    servername: host,
    port,
    path: '/.well-known/mta-sts.txt',
    headers: { host, 'user-agent': 'Pochtar', accept: 'text/plain' },
    agent: false,
    minVersion: 'TLSv1.2',
    maxHeaderSize: 16 * 1024,
    signal,
  });
  asked.once('response', (response) => {
    // Who reads it hears of it too.
    response.on('error', reject);
    resolve(response);
  });
  asked.on('error', reject);
  asked.end();
  return promise;
}

async function textOf(response: IncomingMessage): Promise<string | FetchFailed> {
  const { statusCode = 0, headers } = response;
  // RFC 8461 §3.3: redirects are not followed, and anything but 200 is no policy.
  if (statusCode !== 200)
    return failed('sts-policy-fetch-error', `it is answered with the status ${statusCode}`);
  // RFC 8461 §3.2: text/plain, so that nobody plants a policy where users may put files.
  if (!/^text\/plain(?:[ \t;]|$)/i.test(headers['content-type'] ?? ''))
    return failed('sts-policy-invalid', 'it is not text/plain');
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BYTES) return failed('sts-policy-invalid', `it is larger than ${MAX_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('latin1');
}

const failed = (fault: StsFault, why: string): FetchFailed => ({ fault, why });
