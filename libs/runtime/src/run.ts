// The one start and stop of every process: configuration, log, telemetry, health, signals.
//
// SIGTERM, SIGINT or the end of the parent's IPC channel stop it gracefully, within `STOP_TIMEOUT_MS`;
// an unexpected error ends the process with status 1, and its supervisor starts it again.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { ProcessEnv } from './env.ts';
import { Health, serveHealth } from './health.ts';
import { createLogger, type Logger } from './log.ts';
import { processIdentity } from './process-identity.ts';
import { writeWhole } from './whole-file.ts';

const STOP_TIMEOUT_MS = 20_000;

/** What `run` hands to a service's start. */
export interface ServiceContext {
  name: string;
  /** Random id of this start; never a host name or pid. */
  instance: string;
  log: Logger;
  health: Health;
}

export interface Service<Config extends ProcessEnv> {
  name: string;
  config: () => Config;
  /** Opens what it needs and returns what stops it. */
  start(config: Config, context: ServiceContext): Promise<AsyncDisposable>;
}

/** Runs a service until it is told to stop; never returns. */
export async function run<Config extends ProcessEnv>(service: Service<Config>): Promise<void> {
  const stopped = stopRequest();
  const instance = randomUUID();
  const config = readConfig(service);
  const log = createLogger({ name: service.name, instance, level: config.POCHTAR_LOG_LEVEL });
  failOnUnexpected(log);
  const health = new Health();
  health.report('start', 'starting');
  const { startTelemetry } = await import('./start-telemetry.ts');
  const telemetry = await startTelemetry({
    name: service.name,
    instance,
    otlpEndpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    traceRatio: config.POCHTAR_TRACE_RATIO,
  });
  const server = await serveHealth({
    health,
    host: config.POCHTAR_HEALTH_HOST,
    port: config.POCHTAR_HEALTH_PORT,
    answerMetrics: (request, response) => telemetry.answerMetrics(request, response),
  });
  const withdraw = announce(config.POCHTAR_RUN_FILE, {
    ...{ pid: process.pid, identity: processIdentity(process.pid), name: service.name, instance },
    health: server.url,
  });
  log.info({ health: server.url }, 'starting');

  const work = service.start(config, { name: service.name, instance, log, health });
  const running = await Promise.race([work, stopped.then(() => null)]);
  if (running !== null) {
    health.report('start', null);
    log.info('ready');
    log.info({ signal: await stopped }, 'stopping');
    health.report('start', 'stopping');
  }
  exitLater(log);
  await running?.[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await telemetry[Symbol.asyncDispose]();
  withdraw();
  log.info('stopped');
  process.exit(0);
}

function readConfig<Config extends ProcessEnv>(service: Service<Config>): Config {
  try {
    return service.config();
  } catch (error) {
    process.stderr.write(`${service.name}: ${(error as Error).message}\n`);
    process.exit(78);
  }
}

function stopRequest(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
    process.once('disconnect', () => resolve('the parent is gone'));
  });
}

// Nothing may hold a stopping process for ever; what it had in hand is done again by another one.
function exitLater(log: Logger): void {
  setTimeout(() => {
    log.error('did not stop in time');
    process.exit(1);
  }, STOP_TIMEOUT_MS).unref();
}

function failOnUnexpected(log: Logger): void {
  const fail = (error: unknown): void => {
    log.fatal({ err: error }, 'unexpected error');
    process.exit(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
}

/** Says where it can be asked; returns what takes that back. */
function announce(file: string | undefined, facts: Record<string, unknown>): () => void {
  if (file === undefined) return () => {};
  writeWhole(file, JSON.stringify(facts));
  return () => rmSync(file, { force: true });
}
