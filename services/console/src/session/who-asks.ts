// Who sends a request, by the bearer token or the cookie that it brings, and whether such a person may know of the route.
import type { Role } from '@pochtar/bus';
import type { FastifyRequest } from 'fastify';
import { notFound, unauthorized } from '../problem.ts';
import { tokenOf } from './cookie.ts';
import type { Client, Person, Sessions } from './sessions.ts';

export async function personOf(
  request: FastifyRequest,
  client: Client,
  sessions: Sessions,
): Promise<Person | null> {
  const bearer = bearerOf(request);
  if (bearer !== undefined) return sessions.byToken(bearer, client);
  const token = tokenOf(request);
  return token === undefined ? null : sessions.byCookie(token);
}

export function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer ([\w-]{20,200})$/i.exec(headers.authorization ?? '')?.[1];
}

/** A role that may not know of the route gets what it gets for one that does not exist. */
export function admit(roles: readonly Role[] | 'everybody', person: Person | null): void {
  if (roles === 'everybody') return;
  if (person === null) throw unauthorized();
  if (!roles.includes(person.principal.role)) throw notFound();
}
