// A stream of server-sent events (HTML, server-sent events): hints, and a sign of life every 15 s. Who comes back after a
// break hears `gap`: what is shown may be old.
import type { Call } from '../app.ts';
import { Problem, unauthorized } from '../problem.ts';
import type { Person } from '../session/sessions.ts';
import type { Hints } from './hints.ts';

const HEARTBEAT_MS = 15_000;
const MAX_STREAMS = 500;

let open = 0;

/** Answers with a stream that ends with the session. `stillIs` says whether that is over. */
export async function answerStream(
  call: Call,
  hints: Hints,
  stillIs: () => Promise<Person | null>,
): Promise<unknown> {
  const { person, reply, request } = call;
  if (person === null) throw unauthorized();
  if (open >= MAX_STREAMS) {
    throw new Problem(
      503,
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
    'x-content-type-options': 'nosniff',
  });
  let id = Date.now();
  const send = (topic: string): void => void raw.write(`id: ${id++}\ndata: ${JSON.stringify({ topic })}\n\n`);
  if (request.headers['last-event-id'] !== undefined) send('gap');
  else raw.write(': open\n\n');
  const stop = hints.listen(person.principal.role, send);
  const timer = setInterval(() => {
    raw.write(': alive\n\n');
    stillIs().then(
      (now) => now ?? raw.end(),
      () => raw.end(),
    );
  }, HEARTBEAT_MS).unref();
  open++;
  raw.once('close', () => {
    open--;
    clearInterval(timer);
    stop();
  });
  return reply;
}
