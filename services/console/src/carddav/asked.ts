// One request on its way to an answer.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ViewedBook } from './book.ts';
import type { Place } from './paths.ts';
import type { SyncTokens } from './sync-token.ts';
import type { Viewer } from './viewer.ts';

/** What an answer is made with. */
export interface Asked {
  request: FastifyRequest;
  reply: FastifyReply;
  place: Place;
  viewer: Viewer;
  book: ViewedBook;
  tokens: SyncTokens;
  /** What may be seen, for tokens. */
  view: string;
  displayName: string;
}

export interface Refusal {
  status: number;
  inner: string;
}
