// Web hooks: programs of the administrator's are told what becomes of mail. A reader starts here; rounds.ts is what it does,
// tell-hook.ts how one hook is told, libs/store/src/hook what is told to whom.
import { randomUUID } from 'node:crypto';
import { metrics } from '@opentelemetry/api';
import { hooksChanged, hookTry } from '@pochtar/bus';
import { createResolver, type Service, type ServiceContext } from '@pochtar/runtime';
import { openConnections } from '@pochtar/service';
import { hookTarget } from '@pochtar/store/hook';
import { readMasterKey } from '@pochtar/store/settings';
import { type Config, readConfig } from './config.ts';
import { Poster } from './post.ts';
import { Rounds } from './rounds.ts';
import { postEvent } from './tell-hook.ts';
import type { Tools } from './tools.ts';

export const service: Service<Config> = { name: 'hooks', config: () => readConfig(), start };

const CONNECTIONS = 3;

export async function start(config: Config, context: ServiceContext): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const key = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
  const { db, bus } = await openConnections(config, context, stack, CONNECTIONS);
  const resolver = createResolver({ servers: config.POCHTAR_DNS_SERVERS?.split(',') });
  const poster = stack.use(new Poster({ resolver, networks: config.POCHTAR_HOOK_NETWORKS }));
  const attempts = metrics.getMeter('pochtar').createCounter('pochtar_hook_attempts', {
    description: 'attempts to tell web hooks, by what came of them',
  });
  const { log, instance } = context;
  const tools: Tools = { db, bus, log, key, poster, instance, attempts };
  const rounds = stack.use(new Rounds(tools, config.POCHTAR_HOOKS_SECONDS * 1000));
  const hearing = bus.subscribe(hooksChanged, () => rounds.hint());
  stack.defer(() => hearing.stop());
  bus.onReconnect(() => rounds.hint());
  const answer = bus.answer(hookTry, ({ hook }) => tryHook(tools, hook), { concurrency: 10 });
  stack.defer(() => answer.stop());
  await bus.connection.flush();
  context.health.report('hooks', null);
  return stack.move();
}

/** An event that tells of nothing, to a hook that may be off. */
async function tryHook(tools: Tools, id: number) {
  const target = await hookTarget(tools.db, tools.key, id);
  if (target === null) return { answer: null };
  const payload = { type: 'mail.test', timestamp: new Date().toISOString(), data: { hook: target.name } };
  const attempt = await postEvent(tools, target, { id: randomUUID(), payload }, new AbortController().signal);
  const { retryAfterMs: _, ...answer } = attempt;
  return { answer };
}
