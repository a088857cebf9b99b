// RFC 9110 §8.8.3, §13.1.2: what has not changed is not sent again.
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Marks the answer; whether the client has it already, and 304 was sent. */
export function isNotModified(request: FastifyRequest, reply: FastifyReply, answer: unknown): boolean {
  const etag = `"${createHash('sha256').update(JSON.stringify(answer)).digest('base64url').slice(0, 22)}"`;
  reply.header('etag', etag).header('cache-control', 'no-cache');
  if (request.headers['if-none-match'] !== etag) return false;
  void reply.status(304).send();
  return true;
}
