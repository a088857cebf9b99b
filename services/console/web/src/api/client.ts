// One request to the API, typed by the contract. A session that is over is renewed by the dialog over the page, and the
// request is repeated, so that nothing that was typed is lost.
import type { Answers, Contract, Sends } from '../../../src/contract/index.ts';
import { connection } from './connection.ts';
import { readProblem, unanswered } from './problem.ts';
import { session } from './session.ts';
import { sendForm } from './upload.ts';

export type RouteName = keyof Contract;
export type Answer<Name extends RouteName> = Answers<Name>;
export type Given<Name extends RouteName> = Sends<Name>;

interface Parts {
  params?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
}

const timeoutMs = 20_000;
/** What comes line by line takes its time; the server ends it sooner. */
const linesMs = 60_000;

export async function call<Name extends RouteName>(
  name: Name,
  given?: Given<Name>,
  signal?: AbortSignal,
): Promise<Answer<Name>> {
  const parts = (given ?? {}) as Parts;
  let response = await send(name, parts, signal);
  if (response.status === 401 && session.isKnown() && !name.endsWith(' /session')) {
    await session.renew();
    response = await send(name, parts, signal);
  }
  if (!response.ok) throw await readProblem(response);
  return (await answerOf(response)) as Answer<Name>;
}

/** A file is its text. */
async function answerOf(response: Response): Promise<unknown> {
  if (response.status === 204) return {};
  const isFile = response.headers.has('content-disposition');
  return isFile ? response.text() : response.json();
}

/** It is sent, and then looked at by all whom it concerns. */
const fileMs = 130_000;

/** A request with a file in it, which is its part `part`. */
export async function callWithFile<Name extends RouteName>(
  name: Name,
  given: Given<Name>,
  { part, content, onSent }: { part: string; content: Blob; onSent?: (share: number) => void },
  signal: AbortSignal,
): Promise<Answer<Name>> {
  const { body, ...parts } = given as Parts;
  const form = new FormData();
  form.append('request', JSON.stringify(body ?? {}));
  form.append(part, content, 'file');
  const sendIt = () =>
    onSent === undefined
      ? send(name, { ...parts, body: form }, signal, fileMs)
      : sendForm(`/api/v1${name.slice('POST '.length)}`, form, { ms: fileMs, onSent, signal });
  let response = await sendIt();
  if (response.status === 401) {
    await session.renew();
    response = await sendIt();
  }
  if (!response.ok) throw await readProblem(response);
  return (await answerOf(response)) as Answer<Name>;
}

/** A request whose answer comes in lines, each a JSON document. Throws `ApiProblem` where there is none. */
export async function callLines<Name extends RouteName>(
  name: Name,
  given: Given<Name>,
  onLine: (line: Answer<Name>) => void,
  signal: AbortSignal,
): Promise<void> {
  let response = await send(name, given as Parts, signal, linesMs);
  if (response.status === 401) {
    await session.renew();
    response = await send(name, given as Parts, signal, linesMs);
  }
  if (!response.ok || response.body === null) throw await readProblem(response);
  let rest = '';
  for await (const piece of readerOf(response.body.pipeThrough(new TextDecoderStream()))) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line) as Answer<Name>);
  }
}

// Not every browser can iterate over a stream.
async function* readerOf(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function send(
  name: string,
  { params, query, body }: Parts,
  signal?: AbortSignal,
  ms = timeoutMs,
): Promise<Response> {
  const [method = 'GET', template = ''] = name.split(' ');
  const path = template.replaceAll(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(String(params?.[key] ?? '')),
  );
  const timeout = AbortSignal.timeout(ms);
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      // A form says itself what it is, with what divides its parts.
      ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
    },
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
  };
  try {
    const response = await fetch(`/api/v1${path}${search(query)}`, init);
    connection.is(true);
    return response;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    connection.is(false);
    throw unanswered(error);
  }
}

function search(query: Record<string, unknown> | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()}`;
}
