// The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): a balancer we trust says in front of
// the connection's first byte who the client is. Read only from trusted addresses: anybody could claim any.
import { isIP, type Socket } from 'node:net';

export interface ProxiedClient {
  address: string;
  port: number;
}

export type ProxyHeader =
  | { kind: 'incomplete' }
  /** What is there begins no header. */
  | { kind: 'absent' }
  | { kind: 'malformed'; reason: string }
  /** `client` null: the balancer itself asks (LOCAL, UNKNOWN), the connection's own address stands. */
  | { kind: 'complete'; length: number; client: ProxiedClient | null };

const V1_MAX = 107;
const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const V2_FIXED = 16;
/** Addresses and extensions of version 2; more is refused. */
const V2_MAX = 2048;

/** Reads the header at the start of `bytes`. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  const compared = Math.min(bytes.length, V2_SIGNATURE.length);
  if (bytes.subarray(0, compared).equals(V2_SIGNATURE.subarray(0, compared))) {
    return compared < V2_SIGNATURE.length || bytes.length < V2_FIXED
      ? { kind: 'incomplete' }
      : version2(bytes);
  }
  return version1(bytes);
}

function version1(bytes: Buffer): ProxyHeader {
  const text = bytes.toString('latin1', 0, V1_MAX);
  if (!'PROXY '.startsWith(text.slice(0, 6))) return { kind: 'absent' };
  const end = text.indexOf('\r\n');
  if (end < 0) {
    return text.length < V1_MAX
      ? { kind: 'incomplete' }
      : { kind: 'malformed', reason: 'PROXY line too long' };
  }
  const [, protocol, address = '', , port] = text.slice(0, end).split(' ');
  if (protocol === 'UNKNOWN') return { kind: 'complete', length: end + 2, client: null };
  const family = protocol === 'TCP4' ? 4 : protocol === 'TCP6' ? 6 : null;
  if (family === null || isIP(address) !== family || !/^\d{1,5}$/.test(port ?? '')) {
    return { kind: 'malformed', reason: 'malformed PROXY line' };
  }
  return { kind: 'complete', length: end + 2, client: { address, port: Number(port) } };
}

function version2(bytes: Buffer): ProxyHeader {
  const versionAndCommand = bytes[12] as number;
  const family = (bytes[13] as number) >> 4;
  const length = bytes.readUInt16BE(14);
  if (versionAndCommand >> 4 !== 2 || length > V2_MAX) {
    return { kind: 'malformed', reason: 'malformed PROXY header' };
  }
  const end = V2_FIXED + length;
  if (bytes.length < end) return { kind: 'incomplete' };
  // Command 0 is LOCAL; families other than IP have no address that means anything here.
  if ((versionAndCommand & 0xf) === 0) return { kind: 'complete', length: end, client: null };
  if (family === 1 && length >= 12) {
    const client = { address: bytes.subarray(16, 20).join('.'), port: bytes.readUInt16BE(24) };
    return { kind: 'complete', length: end, client };
  }
  if (family === 2 && length >= 36) {
    const client = { address: ipv6(bytes.subarray(16, 32)), port: bytes.readUInt16BE(48) };
    return { kind: 'complete', length: end, client };
  }
  return family === 1 || family === 2
    ? { kind: 'malformed', reason: 'PROXY header without address' }
    : { kind: 'complete', length: end, client: null };
}

// A URL host gives the shortest form.
function ipv6(bytes: Buffer): string {
  const groups = (bytes.toString('hex').match(/.{4}/g) as string[]).join(':');
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}

/**
 * Takes the header off a connection that was just accepted; what follows it stays in the socket. Rejects
 * (and destroys the socket) when it is malformed, when nothing is there within `timeoutMs`, and when something else is
 * there, unless it `isOptional`.
 */
export function readProxyHeader(
  socket: Socket,
  { isOptional = false, timeoutMs = 5000 }: { isOptional?: boolean; timeoutMs?: number } = {},
): Promise<ProxiedClient | null> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => fail('no PROXY header in time'), timeoutMs);
    const closed = (): void => fail('the connection ended before its PROXY header');
    function done(): void {
      clearTimeout(timer);
      socket.off('readable', read);
      socket.off('end', closed);
      socket.off('close', closed);
    }
    function fail(reason: string): void {
      done();
      socket.destroy();
      reject(new Error(reason));
    }
    function read(): void {
      for (
        let chunk = socket.read() as Buffer | null;
        chunk !== null;
        chunk = socket.read() as Buffer | null
      ) {
        bytes = Buffer.concat([bytes, chunk]);
        const header = parseProxyHeader(bytes);
        if (header.kind === 'malformed') return fail(header.reason);
        if (header.kind === 'absent') {
          if (!isOptional) return fail('no PROXY header');
          done();
          socket.unshift(bytes);
          return resolve(null);
        }
        if (header.kind === 'complete') {
          done();
          if (header.length < bytes.length) socket.unshift(bytes.subarray(header.length));
          return resolve(header.client);
        }
      }
    }
    socket.on('readable', read);
    socket.once('end', closed);
    socket.once('close', closed);
  });
}
