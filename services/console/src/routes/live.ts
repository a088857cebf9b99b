// Live events, and the description of the API.
import type { OwnHandlers } from '../app.ts';
import type { Hints } from '../events/hints.ts';
import { answerStream } from '../events/stream.ts';
import { tokenOf } from '../session/cookie.ts';
import type { Sessions } from '../session/sessions.ts';

export function liveHandlers(
  hints: Hints,
  sessions: Sessions,
  document: () => Record<string, unknown>,
): OwnHandlers {
  return {
    'GET /events': (call) =>
      answerStream(call, hints, async () => {
        const token = tokenOf(call.request);
        return token === undefined ? call.person : sessions.byCookie(token);
      }),
    'GET /openapi.json': async () => document(),
  };
}
