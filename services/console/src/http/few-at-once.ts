// Routes that take a file have it in memory for as long as it is looked at: so many of each at once, and no more.
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';

const AGAIN_SECONDS = 10;

/** Does the work of a request, or refuses it where `most` are under way. */
export function fewAtOnce<Call extends { request: FastifyRequest }>(
  most: number,
  work: (call: Call) => Promise<unknown>,
): (call: Call) => Promise<unknown> {
  let underWay = 0;
  return async (call) => {
    if (underWay >= most) {
      call.request.raw.resume();
      throw tooMany(most);
    }
    underWay++;
    try {
      return await work(call);
    } finally {
      underWay--;
    }
  };
}

function tooMany(most: number): Problem {
  const messages = {
    ru: `уже принимаются файлы, ${most} сразу: подождите и повторите`,
    en: `files are being taken already, ${most} at once: wait and try again`,
  };
  return new Problem(429, 'tooMany', messages, { retryAfter: AGAIN_SECONDS });
}
