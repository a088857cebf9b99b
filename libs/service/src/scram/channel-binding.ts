// What ties a log-in to the TLS connection it is made over, so that nobody between can pass it on: tls-exporter (RFC 9266)
// and tls-server-end-point (RFC 5929 §4).
import { createHash, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const LABEL = 'EXPORTER-Channel-Binding';
const LENGTH = 32;

export interface ChannelBindings {
  /** Null: the type is not there on this connection. */
  data(type: string): Buffer | null;
  /** Worth announcing: one that every client has which binds at all. */
  readonly isOffered: boolean;
}

/** The types that a connection may have. */
export const BINDING_TYPES = ['tls-exporter', 'tls-server-end-point'] as const;

export const noBindings: ChannelBindings = { data: () => null, isOffered: false };

export function channelBindings(socket: Socket): ChannelBindings {
  if (!(socket instanceof TLSSocket)) return noBindings;
  const known = new Map<(typeof BINDING_TYPES)[number], Buffer>();
  // RFC 9266 §3, §4.2: without the extended master secret an exporter of TLS 1.2 proves nothing, and Node does not say
  // whether it is there.
  if (socket.getProtocol() === 'TLSv1.3') {
    known.set('tls-exporter', socket.exportKeyingMaterial(LENGTH, LABEL, Buffer.alloc(0)));
  }
  const endPoint = serverEndPoint(socket);
  if (endPoint !== null) known.set('tls-server-end-point', endPoint);
  // RFC 9266 §3: under TLS 1.3 the type is agreed on. Under 1.2 many clients know tls-unique alone (RFC 5802 §6.1), which they
  // would choose, and fail.
  return bindingsFrom(known);
}

/** As one process tells them to another. */
export function toldBindings(bindings: ChannelBindings): Record<string, string> {
  const told = BINDING_TYPES.map((type) => [type, bindings.data(type)?.toString('base64')] as const);
  return Object.fromEntries(told.flatMap(([type, data]) => (data === undefined ? [] : [[type, data]])));
}

/** From what `toldBindings` has made. */
export function bindingsOf(told: Readonly<Record<string, string>>): ChannelBindings {
  return bindingsFrom(
    new Map(Object.entries(told).map(([type, data]) => [type, Buffer.from(data, 'base64')])),
  );
}

function bindingsFrom(known: ReadonlyMap<string, Buffer>): ChannelBindings {
  return { data: (type) => known.get(type) ?? null, isOffered: known.has('tls-exporter') };
}

/** RFC 5929 §4.1: the hash of the certificate by that of its signature, SHA-256 instead of MD5 and SHA-1. */
function serverEndPoint(socket: TLSSocket): Buffer | null {
  const certificate = socket.getCertificate();
  if (certificate === null || !('raw' in certificate)) return null;
  const { raw } = certificate;
  const { signatureAlgorithm } = new X509Certificate(raw);
  const [, hash] = /(md5|sha1|sha224|sha256|sha384|sha512)/i.exec(signatureAlgorithm ?? '') ?? [];
  // RFC 5929 §4.1: where the signature has none or several, there is no binding.
  if (hash === undefined) return null;
  const name = /md5|sha1$/i.test(hash) ? 'sha256' : hash.toLowerCase();
  return createHash(name).update(raw).digest();
}
