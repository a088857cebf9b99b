import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '@pochtar/native';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { LogFile } from '../src/log-file.ts';
import { launchProgram } from '../src/program-process.ts';
import type { Launch, ProcessReport, Running } from '../src/supervised.ts';
import { Supervisor } from '../src/supervisor.ts';

/** For a machine under load: no test here is about how quickly something comes. */
const patience = { timeout: 60_000 };
const patientMs = 120_000;

const fixtures = 'infra/launcher/tests/fixtures';
const environment = {
  PATH: process.env['PATH'],
  POCHTAR_POSTGRES_URL: 'postgres://nobody@localhost/none',
  POCHTAR_NATS_URL: 'nats://localhost:1',
};

function program(name: string, dir: string, extra: NodeJS.ProcessEnv = {}): Launch {
  return () =>
    launchProgram({
      program: `${fixtures}/${name}`,
      environment: { ...environment, ...extra },
      log: new LogFile(join(dir, `${name}.log`)),
      graceMs: 5_000,
      facts: { name, record: join(dir, `${name}.json`), announcements: dir },
    });
}

/** kill(2): 0 would be the tests themselves. */
function pidOf(report: ProcessReport | undefined): number {
  if (!report?.pid) throw new Error(`${report?.name ?? 'the process'} does not run`);
  return report.pid;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A child that is no process: ready at once, ends when told. */
function invented(name: string, order: string[]): Launch {
  return async () => {
    order.push(`start ${name}`);
    const end = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>();
    return {
      pid: 1,
      exited: end.promise,
      ready: Promise.resolve(),
      stop: async () => {
        order.push(`stop ${name}`);
        end.resolve({ code: 0, signal: null });
      },
    } satisfies Running;
  };
}

test(
  'a program that is killed is started again and becomes ready',
  async () => {
    using dir = temporaryDirectory();
    await using supervisor = new Supervisor([
      { name: 'steady', dependsOn: [], launch: program('steady', dir.path) },
    ]);
    await supervisor.start();
    const [first] = supervisor.reports();
    process.kill(pidOf(first), 'SIGKILL');
    await eventually(() => {
      const [now] = supervisor.reports();
      expect(now).toMatchObject({ state: 'ready', restarts: 1, lastEnd: expect.stringMatching(/^SIGKILL/) });
      expect(now?.pid).not.toBe(first?.pid);
    }, patience);
  },
  patientMs,
);

test(
  'a program that ends at once is started again after growing pauses, and its output is kept',
  async () => {
    using dir = temporaryDirectory();
    const pauses: ProcessReport[] = [];
    await using supervisor = new Supervisor(
      [{ name: 'crashing', dependsOn: [], launch: program('crashing', dir.path) }],
      (report) => {
        if (report.state === 'pausing') pauses.push(report);
      },
    );
    supervisor.start().catch(() => {});
    await eventually(() => pauses.length >= 3, patience);
    expect(pauses[0]?.lastEnd).toMatch(/^status 1/);
    const [first, second, third] = pauses.map((report) => Date.parse(report.since));
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(250);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(500);
    expect(readFileSync(join(dir.path, 'crashing.log'), 'utf8')).toContain('about to end\nabout to end\n');
  },
  patientMs,
);

test('what refuses to start is not started again, and the start ends with its reason', async () => {
  let launches = 0;
  const launch: Launch = () => {
    launches++;
    return Promise.reject(new Refusal('нет', 'there is no database, but there are mails'));
  };
  await using supervisor = new Supervisor([
    { name: 'postgres', dependsOn: [], launch },
    { name: 'after', dependsOn: ['postgres'], launch: invented('after', []) },
  ]);
  await expect(supervisor.start()).rejects.toThrow(Refusal);
  expect(supervisor.reports()[0]).toMatchObject({ state: 'failed', restarts: 0 });
  // A person may ask for it when the reason is gone.
  await supervisor.restart('postgres');
  await eventually(() => expect(launches).toBe(2));
});

test('a program that runs once lets its dependants start only when it ends with status 0', async () => {
  using dir = temporaryDirectory();
  const run = async (status: string): Promise<string[]> => {
    const order: string[] = [];
    await using supervisor = new Supervisor([
      {
        name: 'once',
        dependsOn: [],
        once: true,
        launch: program('crashing', dir.path, { EXIT_STATUS: status }),
      },
      { name: 'after', dependsOn: ['once'], launch: invented('after', order) },
    ]);
    await supervisor.start();
    return [...order];
  };
  expect(await run('0')).toEqual(['start after']);
  await expect(run('3')).rejects.toThrow('once failed (status 3)');
});

test('processes start after what they depend on and stop before it', async () => {
  const order: string[] = [];
  const entry = (name: string, ...dependsOn: string[]) => ({
    name,
    dependsOn,
    launch: invented(name, order),
  });
  const supervisor = new Supervisor([entry('a'), entry('b', 'a'), entry('c', 'a', 'b')]);
  await supervisor.start();
  await supervisor.stop();
  expect(order).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  expect(supervisor.reports().map((report) => report.state)).toEqual(['stopped', 'stopped', 'stopped']);
});

test('a restart by request replaces the process and its replicas and counts as no failure', async () => {
  const order: string[] = [];
  await using supervisor = new Supervisor(
    ['imap', 'imap-2', 'smtp'].map((name) => ({ name, dependsOn: [], launch: invented(name, order) })),
  );
  await supervisor.start();
  expect(await supervisor.restart('imap')).toEqual(['imap', 'imap-2']);
  await eventually(() => expect(order.filter((line) => line === 'start imap-2')).toHaveLength(2));
  expect(order.filter((line) => line === 'start smtp')).toHaveLength(1);
  expect(supervisor.reports().map((report) => report.restarts)).toEqual([0, 0, 0]);
  expect(await supervisor.restart('nothing')).toEqual([]);
});

test(
  'kill -9 of the supervisor leaves no orphan: not our program, not Postgres, not NATS',
  async () => {
    using dir = temporaryDirectory();
    const supervisor = spawn(
      process.execPath,
      [join(import.meta.dirname, 'fixtures/supervise/src/main.ts')],
      {
        env: { ...process.env, POCHTAR_VAR: dir.path },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(supervisor.stdout, 'data')) as [Buffer];
    const reports = JSON.parse(line.toString('utf8')) as ProcessReport[];
    const pids = reports.map(pidOf);
    expect(reports.map((report) => report.name)).toEqual(['postgres', 'nats', 'steady']);
    expect(pids.every(isAlive)).toBe(true);
    supervisor.kill('SIGKILL');
    await eventually(() => expect(pids.filter(isAlive)).toEqual([]), patience);
    // A database is made first, too.
  },
  patientMs,
);
