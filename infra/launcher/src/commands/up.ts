// pochtar up [--detach] [--privileged] [--no-demo] [--json] [--scale name=n]: brings everything up and stays until
// Ctrl-C, or returns with --detach when all is ready: with 1, and the names of those that are not, when not all gets so.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { askSupervisor, findSupervisor } from '../control.ts';
import { readEndpoints } from '../first-start.ts';
import { bringUp, explanation, type Installation, type UpOptions } from '../installation.ts';
import { say } from '../language.ts';
import { privilegedPorts } from '../listen-ports.ts';
import { messageOf } from '../message-of.ts';
import { makeStateDirectories, root, type StatePaths, statePaths } from '../paths.ts';
import { isWell, type ProcessStatus, processStatuses } from '../readiness.ts';
import type { ProcessReport } from '../supervised.ts';
import { summary } from '../summary.ts';
import { surroundingsOf } from '../surroundings.ts';

interface Flags {
  detach: boolean;
  privileged: boolean;
  /** With the demo domain, at a first start. */
  demo: boolean;
  json: boolean;
  scale: Map<string, number>;
  /** Set for the background process that --detach starts; not for people. */
  background: boolean;
}

/** What the background process tells the one that started it. */
type Message = { line: string } | { up: Up } | { failed: string };

type Up = Pick<Installation, 'endpoints' | 'unready'>;

export async function up(args: string[]): Promise<number> {
  const flags = parseFlags(args);
  const paths = statePaths();
  if (flags.background) return background(flags, paths);
  const running = await findSupervisor(paths);
  if (running) return alreadyUp(running.pid, flags, paths);
  if (flags.privileged && !mayBindLowPorts()) return explainLowPorts();
  return flags.detach ? detach(flags, args, paths) : foreground(flags, paths);
}

function parseFlags(args: string[]): Flags {
  const { values } = parseArgs({
    args,
    options: {
      detach: { type: 'boolean', short: 'd', default: false },
      privileged: { type: 'boolean', default: false },
      'no-demo': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      scale: { type: 'string', multiple: true, default: [] },
      background: { type: 'boolean', default: false },
    },
  });
  const scale = new Map<string, number>();
  for (const text of values.scale) {
    const [, name, number] = /^([a-z0-9-]+)=(\d{1,2})$/.exec(text) ?? [];
    if (!name || Number(number) < 1)
      throw new Error(`--scale ${text}: give name=number, e.g. --scale imap=4`);
    scale.set(name, Number(number));
  }
  return { ...values, demo: !values['no-demo'], scale };
}

async function foreground(flags: Flags, paths: StatePaths): Promise<number> {
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const stopping = stopSignal(() => tell(say('Останавливаю…', 'Stopping…')));
  tell(say('Pochtar запускается…', 'Pochtar is starting…'));
  await using installation = await bringUp(upOptions(flags, paths, tell), stopping);
  tellOutcome(installation, flags, paths);
  await Promise.race([installation.downAsked, aborted(stopping)]);
  return 0;
}

async function background(flags: Flags, paths: StatePaths): Promise<number> {
  const send = (message: Message): void => {
    process.stderr.write(`${JSON.stringify(message)}\n`);
    if (process.connected) process.send?.(message);
  };
  // The starter leaves as soon as it has heard `ready`: its end is not ours.
  const stopping = stopSignal(() => {});
  try {
    const options = upOptions(flags, paths, (line) => send({ line }));
    await using installation = await bringUp(options, stopping);
    const { endpoints, unready } = installation;
    if (process.connected) process.send?.({ up: { endpoints, unready } } satisfies Message);
    await Promise.race([installation.downAsked, aborted(stopping)]);
    return 0;
  } catch (error) {
    send({ failed: messageOf(error) });
    return 1;
  }
}

async function detach(flags: Flags, args: string[], paths: StatePaths): Promise<number> {
  makeStateDirectories(paths);
  const log = openSync(join(paths.log, 'supervisor.log'), 'a', 0o600);
  const main = join(root, 'infra/launcher/src/main.ts');
  const rest = args.filter((word) => word !== '--detach' && word !== '-d');
  const child = spawn(process.execPath, [main, 'up', '--background', ...rest], {
    cwd: root,
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  // Ctrl-C while it starts takes the start back.
  const cancel = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  const outcome = await new Promise<Up | string>((resolve) => {
    child.on('message', (message: Message) => {
      if ('line' in message) process.stderr.write(`${message.line}\n`);
      else if ('up' in message) resolve(message.up);
      else resolve(message.failed);
    });
    void once(child, 'exit').then(() => resolve(say('процесс завершился', 'the process ended')));
  });
  if (typeof outcome === 'string') throw new Error(outcome);
  if (child.connected) child.disconnect();
  child.unref();
  return tellOutcome(outcome, flags, paths);
}

/** 0: all is ready; 1: not all, and these are named. */
function tellOutcome({ endpoints, unready }: Up, flags: Flags, paths: StatePaths): number {
  const isReady = unready.length === 0;
  if (flags.json) process.stdout.write(`${JSON.stringify(endpoints, null, 2)}\n`);
  else process.stdout.write(summary(endpoints, paths, { foreground: !flags.detach, isReady }));
  if (isReady) return 0;
  tellUnready(unready, paths);
  return 1;
}

function tellUnready(unready: ProcessStatus[], paths: StatePaths): void {
  const names = unready.map(({ name }) => name).join(', ');
  const lines = unready.flatMap((one) => explanation(one, paths));
  process.stderr.write(
    `${say(`Не готовы: ${names}. Остальное работает; сейчас: ./pochtar status`, `Not ready: ${names}. The rest is up; what is now: ./pochtar status`)}\n${lines.join('\n')}\n`,
  );
}

function upOptions(flags: Flags, paths: StatePaths, tell: (line: string) => void): UpOptions {
  return {
    paths,
    privileged: flags.privileged,
    demo: flags.demo,
    scale: flags.scale,
    tell,
    note: (report) => {
      const line = progress(report);
      if (line) tell(line);
    },
  };
}

function progress(report: ProcessReport): string | undefined {
  const { name, state, lastEnd } = report;
  if (state === 'ready') return `  ${name.padEnd(18)} ${say('готов', 'ready')}`;
  if (state === 'done') return `  ${name.padEnd(18)} ${say('выполнено', 'done')}`;
  if (state === 'pausing' || state === 'failed') {
    return `  ${name.padEnd(18)} ${say('завершился', 'ended')}: ${lastEnd ?? ''}`;
  }
  return undefined;
}

async function alreadyUp(pid: number, flags: Flags, paths: StatePaths): Promise<number> {
  const reports = (await askSupervisor(paths, { command: 'status' }))?.processes ?? [];
  const statuses = await processStatuses(reports, surroundingsOf(paths));
  const unready = statuses.filter((one) => !isWell(one));
  const endpoints = readEndpoints(paths);
  process.stderr.write(
    `${say(`Pochtar уже работает (процесс ${pid}). Остановить: ./pochtar down`, `Pochtar is up already (process ${pid}). Stop it with: ./pochtar down`)}\n`,
  );
  if (endpoints) return tellOutcome({ endpoints, unready }, { ...flags, detach: true }, paths);
  if (unready.length > 0) tellUnready(unready, paths);
  return unready.length === 0 ? 0 : 1;
}

/** Aborts at the first SIGINT, SIGTERM or SIGHUP; later ones do not hurry the order in which things stop. */
function stopSignal(told: () => void): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) return;
      told();
      controller.abort(new Error(say('остановлено', 'stopped')));
    });
  }
  // A terminal that went away must not end the supervisor before its children.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

// capabilities(7): CAP_NET_BIND_SERVICE is bit 10; ip(7): ip_unprivileged_port_start.
function mayBindLowPorts(): boolean {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if ((effective & (1n << 10n)) !== 0n) return true;
  const lowest = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  return lowest <= Math.min(...Object.values(privilegedPorts));
}

function explainLowPorts(): number {
  process.stderr.write(
    `${say(
      `Порты ниже 1024 может открыть только root или процесс с правом cap_net_bind_service. Одно из двух:
  sudo ./pochtar up --privileged
  sudo setcap cap_net_bind_service=+ep "$(readlink -f ${process.execPath})"   (право получит любой, кто запускает этот node)
При первом запуске: --no-demo, если демонстрационный домен demo.test с тремя ящиками не нужен.`,
      `Ports below 1024 may be opened by root or by a process with cap_net_bind_service only. Either of:
  sudo ./pochtar up --privileged
  sudo setcap cap_net_bind_service=+ep "$(readlink -f ${process.execPath})"   (whoever runs this node gets the right)
At the first start: --no-demo, when the demo domain demo.test with its three mailboxes is not wanted.`,
    )}\n`,
  );
  return 1;
}
