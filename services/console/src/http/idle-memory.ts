// What answering has left behind is given back when nobody has asked for a while. V8 keeps it as room to grow, and looks for
// what is dead only while it allocates: a console that answered much in the morning would hold that until the next day.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FastifyInstance } from 'fastify';

const QUIET_MS = 5000;

type Collect = () => void;

/** Collects once after every time of work. A stream of events that stays open is no work. */
export function collectWhenIdle(
  app: Pick<FastifyInstance, 'addHook'>,
  { collect = collector(), quietMs = QUIET_MS }: { collect?: Collect; quietMs?: number } = {},
): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    clearTimeout(timer);
    timer = setTimeout(collect, quietMs).unref();
  };
  app.addHook('onRequest', async () => clearTimeout(timer));
  app.addHook('onResponse', async () => begin());
  // Starting leaves as much behind as an hour of answers.
  begin();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** V8's own, which is hidden unless it is asked for. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
