// Live events, and the description of the API.
import type { OwnHandlers } from '../app.ts';
import type { Hints } from '../events/hints.ts';
import { answerStream } from '../events/stream.ts';
import { openApi } from '../openapi.ts';
import { tokenOf } from '../session/cookie.ts';
import type { Sessions } from '../session/sessions.ts';

export function liveHandlers(hints: Hints, sessions: Sessions, version: string): OwnHandlers {
  // Made when it is first asked for, which is seldom: it is large.
  let document: ReturnType<typeof openApi> | undefined;
  return {
    'GET /events': (call) =>
      answerStream(call, hints, async () => {
        const token = tokenOf(call.request);
        return token === undefined ? call.person : sessions.byCookie(token);
      }),
    'GET /openapi.json': async () => (document ??= openApi(version)),
  };
}
