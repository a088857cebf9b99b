// A stream of server-sent events (HTML, server-sent events): hints, and a sign of life every 15 s. Who comes back after a
// break hears `gap`: what is shown may be old.
import type { Call } from '../app.ts';
import { Problem, unauthorized } from '../problem.ts';
import type { Person } from '../session/sessions.ts';
import type { Hints } from './hints.ts';

const HEARTBEAT_MS = 15_000;
const MAX_STREAMS = 500;
/** A page shares its stream with the other tabs of the browser. */
const MAX_OF_ONE = 20;
/** Whoever does not read is let go. */
const MAX_UNREAD = 64 * 1024;

/** By author of the streams that are open. */
const open = new Map<string, number>();

/** Answers with a stream that ends with the session. `stillIs` says whether that is over. */
export async function answerStream(
  call: Call,
  hints: Hints,
  stillIs: () => Promise<Person | null>,
): Promise<unknown> {
  const { person, reply, request } = call;
  if (person === null) throw unauthorized();
  const { kind, login } = person.principal;
  const who = `${kind} ${login}`;
  const count = open.get(who) ?? 0;
  const all = [...open.values()].reduce((sum, one) => sum + one, 0);
  if (count >= MAX_OF_ONE || all >= MAX_STREAMS) {
    throw new Problem(
      count >= MAX_OF_ONE ? 429 : 503,
      'tooManyStreams',
      {
        ru: 'слишком много открытых страниц: обновляйте их сами',
        en: 'too many pages are open: reload them yourself',
      },
      { retryAfter: 60 },
    );
  }
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  let id = Date.now();
  const write = (text: string): void =>
    void (raw.writableLength > MAX_UNREAD ? raw.destroy() : raw.write(text));
  const send = (topic: string): void => write(`id: ${id++}\ndata: ${JSON.stringify({ topic })}\n\n`);
  if (request.headers['last-event-id'] !== undefined) send('gap');
  else write(': open\n\n');
  const stop = hints.listen(person.principal.role, send);
  const timer = setInterval(() => {
    write(': alive\n\n');
    stillIs().then(
      (now) => now ?? raw.end(),
      () => raw.end(),
    );
  }, HEARTBEAT_MS).unref();
  open.set(who, count + 1);
  raw.once('close', () => {
    const left = (open.get(who) ?? 1) - 1;
    if (left === 0) open.delete(who);
    else open.set(who, left);
    clearInterval(timer);
    stop();
  });
  return reply;
}
