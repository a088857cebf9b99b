// One native installation being up: infrastructure and every process of the table under one supervisor, answering
// its control socket until it is told to stop.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Secrets } from '@pochtar/native';
import { type ControlReply, type ControlRequest, listenForControl } from './control.ts';
import { processEnvironment, type Surroundings } from './environment.ts';
import { type Endpoints, setUp } from './first-start.ts';
import { writeFirstSettings } from './first-settings.ts';
import { chooseInfrastructurePorts, infrastructureEntries } from './infrastructure.ts';
import { previousRunGone } from './leftovers.ts';
import { type ListenPorts, listenPorts } from './listen-ports.ts';
import { LogFile } from './log-file.ts';
import { makeStateDirectories, type StatePaths } from './paths.ts';
import { type ProcessEntry, readProcessTable } from './process-table.ts';
import { askReadiness, launchProgram, readRunFacts } from './program-process.ts';
import type { ProcessReport } from './supervised.ts';
import { replicaName, Supervisor, type SupervisorEntry } from './supervisor.ts';

/** All processes must be ready after this long. */
const startTimeoutMs = 180_000;
/** A process that ended this often before everything was ready will not become ready by itself. */
const hopelessRestarts = 5;

export interface UpOptions {
  paths: StatePaths;
  privileged: boolean;
  /** Replicas by process name. */
  scale: Map<string, number>;
  /** Called when a process changes its state. */
  note: (report: ProcessReport) => void;
}

export interface Installation extends AsyncDisposable {
  readonly endpoints: Endpoints;
  /** Resolves when `pochtar down` was asked for. */
  readonly downAsked: Promise<void>;
}

/** Brings everything up; throws (and leaves nothing running) when it cannot. */
export async function bringUp(options: UpOptions, stopped: AbortSignal): Promise<Installation> {
  const { paths } = options;
  makeStateDirectories(paths);
  const table = replicas(readProcessTable(), options.scale);
  const down = Promise.withResolvers<void>();
  let supervisor: Supervisor | undefined;
  const control = await listenForControl(paths, (request) =>
    answerControl(request, supervisor, () => down.resolve()),
  );
  try {
    await previousRunGone(paths);
    const ports = await listenPorts(paths.ports, { privileged: options.privileged });
    writeFirstSettings(paths, ports);
    const secrets = new Secrets(paths.secrets);
    secrets.ensureAll();
    const surroundings = { paths, secrets, ports: await chooseInfrastructurePorts(paths) };
    const hopeless = Promise.withResolvers<never>();
    supervisor = new Supervisor(entries(table, surroundings), (report) => {
      options.note(report);
      if (report.state === 'pausing' && report.restarts >= hopelessRestarts) {
        hopeless.reject(new Error(`${report.name} does not start (${report.lastEnd})`));
      }
    });
    hopeless.promise.catch(() => {});
    const called = down.promise.then(() => Promise.reject(new StartCalledOff('stopped by pochtar down')));
    called.catch(() => {});
    const ends = [hopeless.promise, called, whenAborted(stopped, StartCalledOff)];
    const endpoints = await startAll(supervisor, surroundings, ports, ends);
    return {
      endpoints,
      downAsked: down.promise,
      [Symbol.asyncDispose]: async () => {
        await supervisor?.stop();
        await control[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await supervisor?.stop();
    await control[Symbol.asyncDispose]();
    throw error;
  }
}

async function startAll(
  supervisor: Supervisor,
  surroundings: Surroundings,
  ports: ListenPorts,
  ends: Promise<unknown>[],
): Promise<Endpoints> {
  const timeout = AbortSignal.timeout(startTimeoutMs);
  try {
    await Promise.race([supervisor.start(), whenAborted(timeout), ...ends]);
    return await setUp(surroundings, ports);
  } catch (error) {
    throw error instanceof StartCalledOff ? error : await explained(error, supervisor, surroundings.paths);
  }
}

/** The reason, and for every process that is not ready what it says and its last lines. */
async function explained(error: unknown, supervisor: Supervisor, paths: StatePaths): Promise<Error> {
  const reason = error instanceof Error ? error.message : String(error);
  const lines = [reason];
  for (const { name, state, lastEnd } of supervisor.reports()) {
    if (state === 'ready' || state === 'done' || state === 'waiting') continue;
    const health = readRunFacts(join(paths.run, `${name}.json`))?.health;
    const faults = health ? ((await askReadiness(health))?.faults ?? {}) : {};
    lines.push(
      `${name}: ${lastEnd ?? state}`,
      ...Object.entries(faults).map(([part, why]) => `  ${part}: ${why}`),
    );
    lines.push(...lastLines(join(paths.log, `${name}.log`), 8).map((line) => `  | ${line}`));
  }
  return new Error(lines.join('\n'), { cause: error });
}

/** The end of a log file. */
export function lastLines(path: string, count: number): string[] {
  if (!existsSync(path)) return [];
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, 256 * 1024));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8').split('\n').filter(Boolean).slice(-count);
  } finally {
    closeSync(file);
  }
}

/** The start was taken back by a person: there is nothing to explain. */
class StartCalledOff extends Error {
  override name = 'StartCalledOff';
}

function whenAborted(signal: AbortSignal, Reason: new (message: string) => Error = Error): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void =>
    reject(new Reason(signal.reason instanceof Error ? signal.reason.message : 'stopped'));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  // The race may be over before it is aborted.
  promise.catch(() => {});
  return promise;
}

async function answerControl(
  request: ControlRequest,
  supervisor: Supervisor | undefined,
  down: () => void,
): Promise<ControlReply> {
  switch (request.command) {
    case 'status':
      return { processes: supervisor?.reports() ?? [] };
    case 'down':
      down();
      return {};
    case 'restart': {
      const restarted = (await supervisor?.restart(request.process)) ?? [];
      return restarted.length > 0 ? { restarted } : { error: `there is no process ${request.process}` };
    }
    default:
      return { error: 'unknown command' };
  }
}

function replicas(table: ProcessEntry[], scale: Map<string, number>): ProcessEntry[] {
  const unknown = [...scale.keys()].find(
    (name) => !table.some((entry) => entry.name === name && !entry.once),
  );
  if (unknown) {
    const names = table.filter((entry) => !entry.once).map((entry) => entry.name);
    throw new Error(`--scale: there is no process ${unknown}; there are ${names.join(', ')}`);
  }
  return table.flatMap((entry) =>
    Array.from({ length: scale.get(entry.name) ?? 1 }, (_, index) => ({
      ...entry,
      name: replicaName(entry.name, index + 1),
    })),
  );
}

/** The infrastructure, then the table; every process of it waits for the infrastructure. */
export function entries(table: ProcessEntry[], surroundings: Surroundings): SupervisorEntry[] {
  const { paths, ports, secrets } = surroundings;
  const infrastructure = infrastructureEntries(paths, ports, secrets);
  const names = infrastructure.map((entry) => entry.name);
  return [...infrastructure, ...table.map((entry) => programEntry(entry, names, surroundings))];
}

function programEntry(
  entry: ProcessEntry,
  infrastructure: string[],
  surroundings: Surroundings,
): SupervisorEntry {
  const { paths } = surroundings;
  // One for all starts of the process.
  const log = new LogFile(join(paths.log, `${entry.name}.log`));
  const runFile = join(paths.run, `${entry.name}.json`);
  return {
    name: entry.name,
    once: entry.once,
    dependsOn: [...infrastructure, ...entry.dependsOn],
    launch: () =>
      launchProgram({
        program: entry.program,
        environment: processEnvironment(entry, surroundings),
        log,
        graceMs: entry.graceMs,
        ...(!entry.once && { runFile }),
      }),
  };
}
