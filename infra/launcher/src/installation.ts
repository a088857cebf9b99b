// One native installation being up: infrastructure and every process of the table under one supervisor, answering
// its control socket until it is told to stop.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, Secrets, serviceUser } from '@pochtar/native';
import { watchBus } from './bus-watch.ts';
import { compileAhead } from './compile-ahead.ts';
import { type ControlReply, type ControlRequest, listenForControl, thisSupervisor } from './control.ts';
import { processEnvironment, type Surroundings } from './environment.ts';
import { chooseFirstLogins } from './first-logins.ts';
import { type Endpoints, readEndpoints, setUp } from './first-start.ts';
import { writeFirstSettings } from './first-settings.ts';
import { handOver, MailHandOver } from './handing-over.ts';
import { chooseInfrastructurePorts, infrastructureEntries } from './infrastructure.ts';
import { busState } from './infrastructure-health.ts';
import { installationState } from './installation-state.ts';
import { say } from './language.ts';
import { previousRunGone } from './leftovers.ts';
import {
  type ListenPorts,
  listenPorts,
  portsOf,
  readPorts,
  unprivilegedPorts,
  writePorts,
} from './listen-ports.ts';
import { LogFile } from './log-file.ts';
import { messageOf } from './message-of.ts';
import { buildPages } from './pages.ts';
import { makeStateDirectories, type StatePaths } from './paths.ts';
import { type ProcessEntry, readProcessTable } from './process-table.ts';
import { launchProgram } from './program-process.ts';
import { hopelessRestarts, type ProcessStatus, processStatuses, whenSettled } from './readiness.ts';
import type { ProcessReport } from './supervised.ts';
import { replicaName, Supervisor, type SupervisorEntry } from './supervisor.ts';

/** Waited for so long; what is not ready then is said to be so. */
const startTimeoutMs = 180_000;

export interface UpOptions {
  paths: StatePaths;
  privileged: boolean;
  /** Whether a new installation gets the demo domain. */
  demo: boolean;
  /** Replicas by process name. */
  scale: Map<string, number>;
  /** Called when a process changes its state. */
  note: (report: ProcessReport) => void;
  /** What a person should know. */
  tell: (line: string) => void;
}

export interface Installation extends AsyncDisposable {
  readonly endpoints: Endpoints;
  /** What runs, and does not do its work. */
  readonly unready: ProcessStatus[];
  /** Resolves when `pochtar down` was asked for. */
  readonly downAsked: Promise<void>;
}

/**
 * Brings everything up. Throws, and leaves nothing running, when the infrastructure cannot be or the database cannot be
 * brought to this version; `Refusal` before anything was written when starting would do harm. A process that runs and
 * is not ready is no reason to stop the others: it is named in `unready`.
 */
export async function bringUp(options: UpOptions, stopped: AbortSignal): Promise<Installation> {
  const { paths } = options;
  const isNew = installationState(paths) === 'new';
  const secrets = new Secrets(paths.secrets);
  secrets.check({ isNew });
  const user = serviceUser();
  const table = replicas(readProcessTable(), options.scale);
  makeStateDirectories(paths);
  const down = Promise.withResolvers<void>();
  let supervisor: Supervisor | undefined;
  const control = await listenForControl(paths, (request) =>
    answerControl(request, supervisor, () => down.resolve()),
  );
  try {
    await previousRunGone(paths);
    const ports = await portsToListenOn(options, isNew);
    writeFirstSettings(paths, ports);
    secrets.ensureAll({ isNew });
    if (isNew) chooseFirstLogins(paths, options);
    handOver(paths, secrets, { table, user });
    const surroundings = {
      ...{ paths, secrets, user, consolePort: ports.console },
      ports: await chooseInfrastructurePorts(paths),
    };
    await buildPages(options.tell);
    const { note, hopeless } = watchForHopeless(options);
    const compiled = compileAhead(table, surroundings).catch(() => {});
    supervisor = new Supervisor(entries(table, surroundings, compiled), note);
    const called = down.promise.then(() => Promise.reject(new StartCalledOff('stopped by pochtar down')));
    called.catch(() => {});
    const ends = [hopeless, called, whenAborted(stopped, StartCalledOff)];
    const started = await startAll(supervisor, surroundings, { ends, ports, options });
    const bus = watchTheBus(supervisor, surroundings, options);
    return {
      ...started,
      downAsked: down.promise,
      [Symbol.asyncDispose]: async () => {
        // Not waited for: a look may take some seconds.
        void bus[Symbol.asyncDispose]();
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

function watchTheBus(
  supervisor: Supervisor,
  surroundings: Surroundings,
  { tell }: UpOptions,
): AsyncDisposable {
  const end = (): void => {
    const pid = supervisor.reports().find(({ name }) => name === 'nats')?.pid;
    if (!pid) return;
    tell(
      say(
        'NATS отвечает, но JetStream в нём не работает: запускаю заново',
        'NATS answers, but its JetStream does nothing: it is started anew',
      ),
    );
    process.kill(pid, 'SIGKILL');
  };
  return watchBus({ look: () => busState(surroundings), end });
}

/** Without Postgres and NATS there is nothing; a program that does not start leaves the others to their work. */
function watchForHopeless({ note }: UpOptions): { note: UpOptions['note']; hopeless: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const watch = (report: ProcessReport): void => {
    note(report);
    const { name, state, restarts, lastEnd } = report;
    if (!['postgres', 'nats'].includes(name)) return;
    if (state === 'pausing' && restarts >= hopelessRestarts) {
      reject(new Error(`${name} does not start (${lastEnd})`));
    }
  };
  return { note: watch, hopeless: promise };
}

/** Those of ports.json. Where that is lost from an installation: those it told, else those of its settings. */
async function portsToListenOn({ paths, privileged, tell }: UpOptions, isNew: boolean): Promise<ListenPorts> {
  if (isNew || readPorts(paths.ports)) return listenPorts(paths.ports, { privileged });
  tell(
    say(
      `${paths.ports} пропал или повреждён: порты берутся из настроек установки`,
      `${paths.ports} is lost or broken: the ports are taken from the settings of the installation`,
    ),
  );
  const recovered = portsOf(readEndpoints(paths) ?? {}) ?? unprivilegedPorts;
  return listenPorts(paths.ports, { privileged, recovered });
}

interface Start {
  /** What ends the start before it has come to its end. */
  ends: Promise<never>[];
  ports: ListenPorts;
  options: UpOptions;
}

async function startAll(
  supervisor: Supervisor,
  surroundings: Surroundings,
  { ends, ports, options }: Start,
): Promise<Pick<Installation, 'endpoints' | 'unready'>> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(startTimeoutMs)]);
  try {
    // It rejects at once where something cannot be; programs that are up and unready never settle it.
    const cannot = supervisor.start().then(() => new Promise<never>(() => {}));
    const settled = whenSettled(() => supervisor.reports(), surroundings, signal);
    const unready = await Promise.race([settled, cannot, ...ends]);
    return { endpoints: await endpointsOf(surroundings, ports, { unready, options }), unready };
  } catch (error) {
    if (error instanceof StartCalledOff || error instanceof Refusal) throw error;
    throw await explained(error, supervisor, surroundings);
  } finally {
    over.abort();
  }
}

/** Made anew by asking the settings; those of before where they cannot be asked. */
async function endpointsOf(
  surroundings: Surroundings,
  reserved: ListenPorts,
  { unready, options }: { unready: ProcessStatus[]; options: UpOptions },
): Promise<Endpoints> {
  const { paths } = surroundings;
  const known = readEndpoints(paths);
  if (unready.some(({ name }) => name === 'settings')) {
    if (known) return known;
    throw new Error('the settings are not ready: a first start cannot come to its end');
  }
  if (existsSync(paths.endpoints) && !known) {
    options.tell(
      say(
        `${paths.endpoints} повреждён и записан заново; пароли прежние`,
        `${paths.endpoints} is broken and was written anew; passwords are those of before`,
      ),
    );
  }
  const { endpoints, ports } = await setUp(surroundings, reserved);
  if (!readPorts(paths.ports)) writePorts(paths.ports, ports);
  return endpoints;
}

/** The reason, and for every process that is not ready what it says and its last lines. */
async function explained(error: unknown, supervisor: Supervisor, surroundings: Surroundings): Promise<Error> {
  const lines = [messageOf(error)];
  for (const one of await processStatuses(supervisor.reports(), surroundings)) {
    if (one.ready || one.state === 'done' || one.state === 'waiting') continue;
    lines.push(...explanation(one, surroundings.paths));
  }
  return new Error(lines.join('\n'), { cause: error });
}

/** Why a process is not ready: what it says, and its last lines. */
export function explanation(one: ProcessStatus, paths: StatePaths): string[] {
  return [
    `${one.name}: ${one.lastEnd ?? one.state}`,
    ...Object.entries(one.faults).map(([part, why]) => `  ${part}: ${why}`),
    ...lastLines(join(paths.log, `${one.name}.log`), 8).map((line) => `  | ${line}`),
  ];
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
      return { supervisor: thisSupervisor(), processes: supervisor?.reports() ?? [] };
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

/** The infrastructure, then the table; every process of it waits for the infrastructure, programs for their code. */
export function entries(
  table: ProcessEntry[],
  surroundings: Surroundings,
  compiled: Promise<void> = Promise.resolve(),
): SupervisorEntry[] {
  const { paths, ports, secrets } = surroundings;
  const infrastructure = infrastructureEntries(paths, ports, secrets);
  const names = infrastructure.map((entry) => entry.name);
  const mail = new MailHandOver(paths, surroundings.user);
  const given = { surroundings, mail, compiled };
  return [...infrastructure, ...table.map((entry) => programEntry(entry, names, given))];
}

interface Given {
  surroundings: Surroundings;
  mail: MailHandOver;
  /** What programs are made of is compiled. */
  compiled: Promise<void>;
}

function programEntry(
  entry: ProcessEntry,
  infrastructure: string[],
  { surroundings, mail, compiled }: Given,
): SupervisorEntry {
  const { paths } = surroundings;
  // What runs once makes what the others work with, and belongs to whoever starts them.
  const user = entry.once ? undefined : surroundings.user;
  // One for all starts of the process.
  const log = new LogFile(join(paths.log, `${entry.name}.log`));
  const { announcements } = paths;
  const facts = { name: entry.name, record: join(paths.run, `${entry.name}.json`), announcements };
  return {
    name: entry.name,
    once: entry.once,
    dependsOn: [...infrastructure, ...entry.dependsOn],
    launch: async () => {
      if (!entry.once) await compiled;
      const volume = user && (await mail.done());
      return launchProgram({
        program: entry.program,
        environment: processEnvironment(entry, surroundings),
        log,
        graceMs: entry.graceMs,
        user,
        listens: entry.listens,
        paths: [paths.secrets, paths.run, paths.spool, ...(volume ? [volume] : [])],
        ...(!entry.once && { facts }),
      });
    },
  };
}
