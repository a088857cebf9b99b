// The cookie of a session. `__Host-` binds it to this very host and to HTTPS (RFC 6265bis §4.1.3.2); on loopback, which
// answers plain HTTP, the browser would not take it, so the name is another one there.
import type { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';

const SECURE_NAME = '__Host-pochtar';
const PLAIN_NAME = 'pochtar';

export function cookieName(isSecure: boolean): string {
  return isSecure ? SECURE_NAME : PLAIN_NAME;
}

export function cookieOptions(isSecure: boolean) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure } as const;
}

export function isEncrypted(request: FastifyRequest): boolean {
  return (request.socket as Partial<TLSSocket>).encrypted === true;
}

/** The token that a request brings in its cookie. */
export function tokenOf(request: FastifyRequest): string | undefined {
  return request.cookies[cookieName(isEncrypted(request))];
}
