// A route of the API: what it takes, what it answers, and who may ask. Most routes put one question to the bus; the rest
// (sessions, streams, files) have a handler of their own. The pages import types from here and nothing else.
import type { AdminQuestion, Role } from '@pochtar/bus';
import type { z } from 'zod';

/** What a request brought. Everything that is not described is refused. */
export interface Given<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
}

interface RouteParts<Params, Query, Body> {
  /** One line for the reference. */
  summary: string;
  params?: z.ZodType<Params>;
  /** Values are texts: schemas coerce. */
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
}

/** A route that is one question to the bus. */
export interface QuestionRoute<Params, Query, Body, Request, Result, Input, Answer>
  extends RouteParts<Params, Query, Body> {
  question: AdminQuestion<Request, Result, Input>;
  request: (given: Given<Params, Query, Body>) => Input;
  /** What of the result is the answer. */
  answer: (result: Result) => Answer;
  roles: readonly Role[];
  /** 200, or 201 where something was made. */
  status: 200 | 201;
  /** What does not fit into one answer of the bus is asked for page by page, and answered together. */
  isWhole?: boolean;
  /** The answer is a text, and is given as this file instead of as JSON. */
  file?: AnswerFile;
}

export interface AnswerFile {
  name: string;
  type: string;
}

/** A route with a handler of its own, named by its key. */
export interface OwnRoute<Params, Query, Body, Answer> extends RouteParts<Params, Query, Body> {
  result: z.ZodType<Answer>;
  /** Where it is not one JSON document. */
  mediaType?: string;
  /** A file comes with it: multipart/form-data (RFC 7578), `body` is its part `request` in JSON. */
  upload?: Upload;
  /** Octets of the body, where it may be larger than others. */
  maxBody?: number;
  roles: readonly Role[] | 'everybody';
}

export interface Upload {
  /** The part that is the file. */
  part: string;
  maxBytes: number;
  /** Each is in memory for as long as it is looked at: so many at once, and no more. */
  atOnce: number;
}

// biome-ignore lint/suspicious/noExplicitAny: the widest route there is
export type AnyRoute = QuestionRoute<any, any, any, any, any, any, any> | OwnRoute<any, any, any, any>;

/** Puts `question`; its roles are those of the question. */
export function asks<
  Request,
  Result,
  Input,
  Params = unknown,
  Query = unknown,
  Body = unknown,
  Answer = Result,
>(
  question: AdminQuestion<Request, Result, Input>,
  parts: RouteParts<Params, Query, Body> & {
    request: (given: Given<Params, Query, Body>) => Input;
    answer?: (result: Result) => Answer;
    status?: 200 | 201;
    isWhole?: boolean;
    file?: AnswerFile;
  },
): QuestionRoute<Params, Query, Body, Request, Result, Input, Answer> {
  const answer = parts.answer ?? ((result: Result) => result as unknown as Answer);
  return { ...parts, question, answer, roles: question.access.roles, status: parts.status ?? 200 };
}

export function own<Answer, Params = unknown, Query = unknown, Body = unknown>(
  route: OwnRoute<Params, Query, Body, Answer>,
): OwnRoute<Params, Query, Body, Answer> {
  return route;
}

/** The file that comes with a request. */
export function uploadOf(route: AnyRoute): Upload | undefined {
  return 'question' in route ? undefined : route.upload;
}

/** Routes that make something anew each time: they take an Idempotency-Key. */
export function makesSomething(route: AnyRoute): boolean {
  return 'question' in route && route.status === 201;
}

/** What a page sends, and what it gets, for the route of a contract. */
export type Sent<R extends AnyRoute> =
  R extends QuestionRoute<infer P, infer Q, infer B, infer _R, infer _S, infer _I, infer _A>
    ? Partial<Given<P, Q, B>>
    : R extends OwnRoute<infer P, infer Q, infer B, infer _A>
      ? Partial<Given<P, Q, B>>
      : never;
export type Answered<R extends AnyRoute> =
  R extends QuestionRoute<infer _P, infer _Q, infer _B, infer _R, infer _S, infer _I, infer A>
    ? A
    : R extends OwnRoute<infer _P, infer _Q, infer _B, infer A>
      ? A
      : never;
