// Settings that are tried: one JSON object a line as it happens, the last one is the verdict. Who goes away takes the test
// back. What is not tried at all (too often, values that could not be saved) is a problem document as everywhere.
import {
  type AdminReply,
  type Asker,
  askRouteTest,
  askSettingsTest,
  type Bus,
  type RouteTestRequest,
  type SettingsTestRequest,
  type TestEvent,
  testResult,
  type TestVerdict,
} from '@pochtar/bus';
import type { Call, OwnHandlers } from '../app.ts';
import { problemOf, unauthorized } from '../problem.ts';
import { askerOf } from '../session/sessions.ts';

export function testHandlers(bus: Bus): OwnHandlers {
  return {
    'POST /tests/:kind': (call) => {
      const request = { ...(call.body as object), kind: call.params['kind'] } as SettingsTestRequest;
      return answerTest(call, (asker, listener) => askSettingsTest(bus, asker, request, listener));
    },
    'POST /routes/test': (call) =>
      answerTest(call, (asker, listener) =>
        askRouteTest(bus, asker, call.body as RouteTestRequest, listener),
      ),
  };
}

type Ask = (
  asker: Asker,
  listener: { onEvent: (event: TestEvent) => void; signal: AbortSignal },
) => Promise<AdminReply<TestVerdict>>;

async function answerTest(call: Call, ask: Ask): Promise<unknown> {
  const { person, client, reply } = call;
  if (person === null) throw unauthorized();
  const gone = new AbortController();
  const { raw } = reply;
  raw.once('close', () => gone.abort());
  let isBegun = false;
  // Events are bounded in number and bytes, so a reader that is slow costs no more than that.
  const send = (line: object): void => {
    if (raw.destroyed) return;
    if (!isBegun) {
      isBegun = true;
      reply.hijack();
      raw.writeHead(200, {
        'content-type': 'application/x-ndjson',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      });
    }
    raw.write(`${JSON.stringify(line)}\n`);
  };
  const asker = askerOf(person.principal, client.address);
  const answered = await ask(asker, { onEvent: send, signal: gone.signal });
  if (!answered.ok && !isBegun) throw problemOf(answered.error);
  send(
    answered.ok ? answered.result : testResult.unknown(answered.error.message.ru, answered.error.message.en),
  );
  raw.end();
  return reply;
}
