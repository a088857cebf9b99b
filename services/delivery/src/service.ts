// Delivery: consumes mail.deliver, runs the queue, answers for it. A reader starts here; one mail goes on in
// handlers/mail-deliver.ts, and in queue-runner.ts when it leaves for another server.
import type { Service, ServiceContext } from '@pochtar/runtime';
import { openService } from '@pochtar/service';
import { cleanUp } from './clean-up.ts';
import { type Config, readConfig } from './config.ts';
import { redestineAll } from './destination.ts';
import { answerOverview } from './handlers/admin-overview.ts';
import { answerQuarantine } from './handlers/admin-quarantine.ts';
import { answerQueue } from './handlers/admin-queue.ts';
import { answerRoutes } from './handlers/admin-routes.ts';
import { answerTasks } from './handlers/admin-tasks.ts';
import { answerTrace } from './handlers/admin-trace.ts';
import { answerSettingsTests } from './handlers/settings-tests.ts';
import { consumeDeliveries } from './handlers/mail-deliver.ts';
import { recordRefused } from './handlers/mail-refused.ts';
import { NoticeMaker } from './notice-maker.ts';
import { openTools, QUEUE_CONNECTIONS } from './open-tools.ts';
import { tellOwners } from './quarantine/tell-owners.ts';
import { QueueRunner } from './queue-runner.ts';
import { startReconciler } from './reconciler.ts';
import { startRounds } from './rounds.ts';
import { startTextRebuild } from './rebuild-texts.ts';
import { replanAll } from './replan.ts';
import { keepIndex } from './search-index.ts';
import { sections, type Tools, waysOf } from './tools.ts';
import { QueueTasks } from './tasks/queue-actions-task.ts';
import { startTraffic } from './traffic.ts';

export const service: Service<Config> = { name: 'delivery', config: () => readConfig(), start };

export interface StartOptions {
  /** How long what is being sent may take to end when the process stops. */
  graceMs?: number;
}

/** Order matters: nothing is consumed or sent before every section it uses has been read. */
export async function start(
  config: Config,
  context: ServiceContext,
  options: StartOptions = {},
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const { db, bus, settings } = await openService(config, context, sections, stack, QUEUE_CONNECTIONS);
  const tools = stack.use(await openTools({ config, context, db, bus, settings }));
  const runner = stack.use(
    new QueueRunner(tools, { graceMs: options.graceMs, beatSeconds: config.POCHTAR_SENDER_BEAT_SECONDS }),
  );
  stack.use(new NoticeMaker(tools));
  followSettings(tools, runner);
  stack.use(recordRefused(tools));
  stack.use(answerQueue(tools, runner));
  stack.use(answerRoutes(tools));
  stack.use(answerQuarantine(tools));
  stack.use(answerTasks(tools));
  stack.use(new QueueTasks(tools, () => runner.forgetUnreachable()));
  stack.use(answerTrace(tools));
  stack.use(answerOverview(tools));
  stack.use(startTraffic(tools, config.POCHTAR_TRAFFIC_SECONDS));
  stack.use(answerSettingsTests(tools));
  stack.use(
    startReconciler(tools, {
      seconds: config.POCHTAR_RECONCILE_SECONDS,
      minAgeSeconds: config.POCHTAR_RECONCILE_AGE_SECONDS,
    }),
  );
  stack.use(startRounds(tools, config.POCHTAR_CLEAN_UP_SECONDS, cleanUp));
  stack.use(startRounds(tools, config.POCHTAR_CLEAN_UP_SECONDS, tellOwners));
  stack.use(startTextRebuild(tools, config.POCHTAR_CLEAN_UP_SECONDS));
  stack.use(startRounds(tools, config.POCHTAR_SEARCH_INDEX_SECONDS, keepIndex));
  stack.use(consumeDeliveries(tools));
  context.health.report('delivery', null);
  return stack.move();
}

/** What waits already is re-planned, now too: the settings may have changed while no delivery ran. */
function followSettings(tools: Tools, runner: QueueRunner): void {
  const { db, settings, routes } = tools;
  const goNewWay = async (): Promise<void> => {
    await redestineAll(db, waysOf(tools));
    await runner.forgetUnreachable();
  };
  routes.onChange(goNewWay);
  void settings.apply('queue', async (queue) => {
    await replanAll(db, queue);
    runner.hint();
  });
  void settings.apply('relay', goNewWay);
}
